"""The processes that score in memory: one for each library and number of threads.

A process of its own keeps one library's threads and BLAS from another's; all stand ready at once
and are asked in turns.
"""

import json
import os
import pathlib
import subprocess

import answers

PROGRAM = pathlib.Path(__file__).resolve().parent / "worker.py"
# A core type or cache size set for some other program would slow numpy's and FAISS's BLAS.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def environment(threads, extra=None):
    kept = {k: v for k, v in os.environ.items() if k not in UNSET and not k.startswith("QR_")}
    return {**kept, **{name: str(threads) for name in THREAD_VARIABLES}, **(extra or {})}


class Worker:
    """One library at one number of threads; `command` begins with the program, `extra` is set in
    its environment."""

    def __init__(self, name, command, threads, log, extra=None):
        self.name = name
        self.threads = threads
        self.command = [*map(str, command), "--threads", str(threads)]
        with open(log, "ab") as errors:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                text=True, env=environment(threads, extra))
        self._log = log

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name}, {self.threads} threads, ended:\n"
                             + open(self._log, encoding="utf-8", errors="replace").read()[-2000:])
        return json.loads(line)

    def greet(self, expected):
        """Waits until it is ready; {"versions", "blas", "answers": {documents: compared}}."""
        hello = self._answer()
        compared = {}
        for documents, want in expected.items():
            found = [(index, answers.signed_fidelity(cosine))
                     for index, cosine in hello["rankings"][str(documents)]]
            try:
                compared[documents] = answers.compare(found, want)
            except answers.WrongAnswer as wrong:
                raise SystemExit(f"{self.name}, {documents} documents: {wrong}") from None
        return {**{key: hello[key] for key in ("versions", "blas")},
                "instruction_set": hello.get("instruction_set"), "answers": compared}

    def median_us(self, count, seconds):
        """Of a request of so many documents, or a search of so many queries."""
        self._process.stdin.write(f"{count} {seconds}\n")
        self._process.stdin.flush()
        return self._answer()["us"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
