"""gpu_bench on the emulated device at smoke sizes: every line of it runs, its gates close, and its
JSON is what report.py reads. No figure of these runs means anything."""

import ast
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["QR_SOURCE_DIR"])
BENCH = os.environ["QR_GPU_BENCH_EMULATED"]
CUBLAS = os.environ["QR_STAND_IN_CUBLAS"]
sys.path.insert(0, str(ROOT / "perf" / "gpu"))

import report  # noqa: E402

GATES = ("copy", "multiply_add fp32", "multiply_add fp64", "matrix fp32", "matrix fp16",
         "matrix fp64", "encode float32", "encode float16", "encode bfloat16", "search dots",
         "search exact", "search two steps", "collections", "latency", "router")


def run(*arguments):
    return subprocess.run([BENCH, "--smoke", *arguments], capture_output=True, text=True,
                          check=False)


def measured(*arguments):
    done = run("--cublas", CUBLAS, *arguments)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def as_result(bench):
    """As perf/gpu/run.sh wraps it."""
    return {"device": bench["device"]["name"], "commit": bench["commit"], "dirty": False,
            "built_for": "80-real", "command": "perf/gpu.sh", "driver": "absent", "cpu": "some",
            "kernel": "some", "suite": None, "sanitizer": None, "bench": bench, "torch": None}


def read_npy(path):
    """The shape and the numbers of a file of version 1.0."""
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:10 + length].decode())
    kind = {"<f4": "f", "<u4": "I"}[header["descr"]]
    values = struct.unpack(f"<{(len(data) - 10 - length) // 4}{kind}", data[10 + length:])
    return header["shape"], values


class GpuBench(unittest.TestCase):
    def test_measures_every_section_and_judges_every_bar(self):
        bench = measured()
        report.check(as_result(bench))
        for section in ("ceilings", "encode", "search", "collections", "latency", "router"):
            self.assertIn(section, bench)
        self.assertEqual("smoke", bench["sizes"])
        for bar in bench["bars"]:
            self.assertIsNotNone(bar["met"], bar)
        self.assertGreaterEqual(len(bench["bars"]), 4)
        self.assertGreater(bench["ceilings"]["matrix"]["fp16"]["per_s"], 0)
        self.assertEqual(2, len(bench["latency"]["requests"]))
        text = report.table(as_result(bench))
        for word in ("Emulated device", "products by cuBLAS, fp16", "exact: floor", "5 queries",
                     "bfloat16", "3 × 40 × 40"):
            self.assertIn(word, text)

    def test_only_what_was_asked_for_is_measured_behind_the_ceilings(self):
        bench = measured("--only", "encode")
        self.assertIn("ceilings", bench)
        self.assertIn("encode", bench)
        self.assertNotIn("search", bench)

    def test_says_why_matrix_rates_are_absent(self):
        done = run("--only", "search", "--cublas", "/nowhere/libcublas.so.13")
        self.assertEqual(0, done.returncode, done.stderr)
        bench = json.loads(done.stdout)
        self.assertIn("/nowhere/libcublas.so.13", bench["ceilings"]["matrix"]["absent"])
        self.assertIn("/nowhere/libcublas.so.13", report.table(as_result(bench)))
        judged = {bar["what"]: bar["met"] for bar in bench["bars"]}
        self.assertIsNone(judged["overlap and top-k of float16 states, of the floor"])

    def test_equal_answers_have_equal_hashes(self):
        first, second = (measured("--only", "search")["search"] for _ in range(2))
        self.assertEqual(first["exact"]["hash"], second["exact"]["hash"])
        self.assertNotEqual(first["exact"]["hash"], first["exact"]["dots_hash"])
        self.assertEqual(first["exact"]["hash"], first["two_steps"]["hash"])

    def test_writes_the_arrays_of_a_peer(self):
        with tempfile.TemporaryDirectory() as folder:
            measured("--only", "search", "--arrays", folder)
            folder = pathlib.Path(folder)
            shape, queries = read_npy(folder / "queries.npy")
            self.assertEqual((5, 40), shape)
            self.assertEqual(200, len(queries))
            shape, documents = read_npy(folder / "documents.npy")
            self.assertEqual((300, 40), shape)
            shape, columns = read_npy(folder / "columns.npy")
            self.assertEqual((5, 10), shape)

            def cosine(row):
                document = documents[row * 40:row * 40 + 40]
                return (sum(q * d for q, d in zip(queries, document))
                        / sum(d * d for d in document) ** 0.5)

            best = sorted(range(300), key=cosine, reverse=True)[:10]
            self.assertEqual(best, list(columns[:10]))


class Gates(unittest.TestCase):
    def test_a_wrong_answer_of_any_kind_ends_the_run(self):
        for gate in GATES:
            with self.subTest(gate=gate):
                done = run("--cublas", CUBLAS, "--spoil", gate)
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertIn(f"wrong: {gate}", done.stderr)
                self.assertEqual("", done.stdout)


class CommandLine(unittest.TestCase):
    def test_what_it_does_not_know_is_named_and_ends_with_2(self):
        for arguments, word in ((("--only", "speed"), "'speed'"), (("--fast", "1"), "'--fast'"),
                                (("--output",), "--output")):
            done = run(*arguments)
            self.assertEqual(2, done.returncode)
            self.assertIn(word, done.stderr)

    def test_probe_names_the_device_alone(self):
        done = run("--probe")
        self.assertEqual((0, "Emulated device\n"), (done.returncode, done.stdout))


if __name__ == "__main__":
    unittest.main()
