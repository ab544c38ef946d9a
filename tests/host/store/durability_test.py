"""What a returned commit means: traced system calls, failing ones, and processes that are killed.

QR_STORE_PROBE names the program of store_probe.cpp.
"""

import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest

PROBE = os.environ["QR_STORE_PROBE"]
KILLS = 24
WRITERS = 3
SEED = 20


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="qr_store_")
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        self.folder = str(self.top / "store")

    def probe(self, *arguments, status=0):
        run = subprocess.run([PROBE, *map(str, arguments)], capture_output=True, text=True,
                             timeout=120)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout.splitlines()


@unittest.skipUnless(shutil.which("strace"), "needs strace")
class Traced(WithFolder):
    def trace(self, calls, *arguments, inject=None, status=0):
        """The lines of the probe, and those of the trace in their order."""
        trace = self.top / "trace"
        # LeakSanitizer does not work under ptrace; the untraced runs look for leaks.
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        command = ["strace", "-f", "-y", "-qq", "-o", trace, "-E", f"ASAN_OPTIONS={sanitizer}",
                   "-e", f"trace={calls}"]
        if inject:
            command += ["-e", f"inject={inject}"]
        run = subprocess.run([*command, PROBE, *map(str, arguments)], capture_output=True,
                             text=True, timeout=120)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout.splitlines(), trace.read_text().splitlines()

    def test_every_commit_that_returned_was_preceded_by_a_sync_of_the_log(self):
        said, trace = self.trace("write,fdatasync", "commits", self.folder, 20)
        self.assertEqual(said, [f"committed {n}" for n in range(20)])
        order = []
        for line in trace:
            if re.search(r"fdatasync\(\d+<[^>]*\.log>\) += 0", line):
                order.append("sync")
            elif match := re.search(r'write\(1<[^>]*>, "(committed \d+)', line):
                order.append(match.group(1))
        first = order.index("committed 0")
        self.assertIn("sync", order[:first])
        self.assertEqual(order[first:], [word for n in range(20) for word in
                                         (["sync"] if n else []) + [f"committed {n}"]])

    def test_commits_of_many_threads_share_syncs(self):
        # On a disk as slow as that, whoever commits meanwhile has to wait.
        said, trace = self.trace("fdatasync", "together", self.folder, 16, 200,
                                 inject="fdatasync:delay_enter=1000")
        self.assertEqual(said, ["done"])
        syncs = sum(".log>" in line for line in trace)
        self.assertGreater(syncs, 0)
        self.assertLess(syncs, 16 * 200 / 2)

    def test_a_failed_sync_gives_no_success_and_recovers_when_asked(self):
        # Opening syncs on the same thread; the commits begin behind that.
        _, trace = self.trace("fdatasync,write", "commits", self.folder + "_other", 1)
        main = trace[0].split()[0]
        before = [line for line in trace if line.startswith(main) and "fdatasync(" in line]
        at = len(before) + 3
        said, _ = self.trace("fdatasync", "commits", self.folder, 8,
                             inject=f"fdatasync:error=EIO:when={at}")
        failed = [line for line in said if line.startswith("failed")]
        self.assertEqual(len(failed), 1, said)
        self.assertRegex(failed[0], r"failed 3: the store is read-only: writing failed: IO error:"
                                    r".*fdatasync.*Input/output error")
        self.assertEqual(said, [*(f"committed {n}" for n in range(3)), failed[0], "recovered",
                                *(f"committed {n}" for n in range(4, 8))])
        self.assertEqual(self.probe("keys", self.folder),
                         [f"key {n}" for n in range(8) if n != 3])

    def test_while_syncs_fail_nothing_is_committed_nor_seen(self):
        _, trace = self.trace("fdatasync,write", "commits", self.folder + "_other", 1)
        main = trace[0].split()[0]
        before = [line for line in trace if line.startswith(main) and "fdatasync(" in line]
        said, _ = self.trace("fdatasync", "commits", self.folder, 5,
                             inject=f"fdatasync:error=EIO:when={len(before) + 1}+")
        self.assertEqual([line for line in said if line.startswith(("committed", "seen"))],
                         ["committed 0"])
        outcomes = dict(zip(range(1, 5), (line == "recovered" for line in said[2::2])))
        self.assertIn(True, outcomes.values(), said)
        # What failed and was not recovered from before the end may be there, as after a crash.
        for number in map(int, (key.split()[1] for key in self.probe("keys", self.folder))):
            self.assertFalse(outcomes.get(number), f"key {number} of {said}")

    def test_a_store_whose_folder_cannot_be_synced_is_not_opened(self):
        said, _ = self.trace("fsync", "commits", self.folder, 5, inject="fsync:error=EIO", status=3)
        self.assertEqual(len(said), 1)
        self.assertRegex(said[0], "not opened: .*Input/output error")


class Killed(WithFolder):
    def test_has_every_acknowledged_batch_and_none_by_half(self):
        chance = random.Random(SEED)
        lengths = [0] * WRITERS
        for turn in range(KILLS):
            wanted = chance.randrange(1, 120)
            with self.subTest(turn=turn, seed=SEED, wanted=wanted):
                acknowledged = self.kill_after(wanted, lengths)
                found = self.probe("check", self.folder, *acknowledged)
                lengths = [int(line) for line in found]
        self.assertGreater(sum(lengths), KILLS)

    def kill_after(self, lines, lengths):
        """Starts writers where they left off, and kills them once that many commits returned."""
        acknowledged = list(lengths)
        process = subprocess.Popen([PROBE, "history", self.folder, *map(str, lengths)],
                                   stdout=subprocess.PIPE, text=True)
        for _ in range(lines):
            writer, number = map(int, process.stdout.readline().split())
            self.assertEqual(number, acknowledged[writer])
            acknowledged[writer] += 1
        process.kill()
        rest, _ = process.communicate()  # said before the end came
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                writer, number = map(int, line.split())
                acknowledged[writer] = number + 1
        return acknowledged

    def test_the_check_sees_a_missing_batch(self):
        acknowledged = self.kill_after(10, [0])
        self.probe("check", self.folder, acknowledged[0] + 3, status=1)


if __name__ == "__main__":
    unittest.main()
