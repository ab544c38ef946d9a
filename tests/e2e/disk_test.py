"""What a server promises of its disk: synced before it answers, full, failing, damaged."""

import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import support
from support import Server

COLLECTION = "/v1/collections/disk"
DIMENSION = 16
# What a sandbox may forbid, and says so.
REFUSED = ("Operation not permitted", "ptrace", "must be superuser", "permission denied")


def documents(first, count=1, dimension=DIMENSION):
    vectors = support.random_vectors(first, count, dimension)
    return {"documents": [{"id": str(first + index), "vector": vector.tolist(), "text": "x" * 50}
                          for index, vector in enumerate(vectors)]}


def upsert(server, first, count=1, dimension=DIMENSION):
    return server.post(f"{COLLECTION}/documents", documents(first, count, dimension))


def ids_in(server):
    answer = server.post(f"{COLLECTION}/search", {"query": [1.0] * DIMENSION, "k": 16_384})
    if answer.status != 200:
        raise AssertionError(f"{answer.status} {answer.body}")
    return {int(hit["id"]) for hit in answer.json()["results"]}


class DiskTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qr-disk-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"

    def server(self, *flags, **options):
        return Server("--data-dir", self.data, *flags, **options)

    def make(self, server, dimension=DIMENSION):
        answer = server.request("PUT", COLLECTION, {"dimension": dimension})
        self.assertEqual(201, answer.status, answer.body)


@contextlib.contextmanager
def traced(server, *options):
    """strace on a running server, its lines in the file that this yields; skips if it may not."""
    with tempfile.NamedTemporaryFile(mode="r", suffix=".strace") as trace:
        tracer = subprocess.Popen(
            ["strace", "-f", "-ttt", "-s", "64", "-o", trace.name, *options, "-p",
             str(server.process.pid)], stderr=subprocess.PIPE, text=True)
        line = tracer.stderr.readline()
        if any(word in line for word in REFUSED):
            tracer.wait()
            raise unittest.SkipTest(f"strace may not attach here: {line.strip()}")
        try:
            yield trace
        finally:
            tracer.terminate()
            tracer.communicate()


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class Sync(DiskTest):
    def test_every_2xx_of_a_write_comes_after_a_finished_fdatasync(self):
        count = 20
        with self.server() as server:
            self.make(server)
            with traced(server, "-e", "trace=fdatasync,fsync,sendmsg,writev,sendto") as trace:
                for first in range(count):
                    self.assertEqual(200, upsert(server, first).status)
                self.assertEqual(200, server.request("GET", COLLECTION).status)
                time.sleep(0.2)  # the tracer writes its last lines
                lines = trace.read().splitlines()
            self.assertEqual(0, server.stop())
        events = []
        for line in lines:
            if re.search(r"(fdatasync|fsync)(\(\d+\)| resumed>\)) += 0", line):
                events.append("synced")
            elif '"HTTP/1.1 200' in line:
                events.append("answered")
        answers = [index for index, event in enumerate(events) if event == "answered"]
        self.assertGreaterEqual(len(answers), count + 1, lines[-20:])
        before = -1
        for index in answers[:count]:
            self.assertIn("synced", events[before + 1:index], "a 200 without a sync before it")
            before = index

    def test_a_failed_sync_gives_no_2xx_and_writing_resumes_once_it_works(self):
        with self.server() as server:
            self.make(server)
            self.assertEqual(200, upsert(server, 1).status)
            with traced(server, "-e", "trace=fdatasync,fsync", "-e",
                        "inject=fdatasync,fsync:error=EIO"):
                for first in (2, 3):
                    refused = upsert(server, first)
                    self.assertEqual(503, refused.status, refused.body)
                self.assertEqual({1}, ids_in(server), "reads go on, refused writes do not show")
            deadline = time.monotonic() + support.TIMEOUT_S
            while (answer := upsert(server, 4)).status != 200:
                self.assertLess(time.monotonic(), deadline, answer.body)
                time.sleep(0.05)
            self.assertEqual({1, 4}, ids_in(server))
            server.process.kill()
            server.process.wait()
        with self.server() as server:
            self.assertEqual({1, 4}, ids_in(server))


class Full(DiskTest):
    SIZE = "48m"

    def setUp(self):
        super().setUp()
        self.data.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs",
                                  self.data], capture_output=True, text=True, check=False)
        if mounted.returncode:
            self.skipTest(f"no file system may be mounted here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", self.data], check=False)

    def test_a_full_disk_refuses_writes_clearly_serves_reads_and_recovers(self):
        with self.server() as server:
            self.make(server)
            self.assertEqual(200, upsert(server, 0, 10).status)
            ballast = self.data / "ballast"
            with ballast.open("wb") as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            written, first = set(range(10)), 1000
            while (answer := upsert(server, first, 100)).status == 200:
                written.update(range(first, first + 100))
                first += 100
                self.assertLess(first, 1_000_000, "the disk never filled up")
            self.assertEqual(503, answer.status, answer.body)
            self.assertIn("disk", answer.json()["error"]["message"])
            self.assertNotIn(str(self.data), answer.body.decode())
            self.assertEqual(written, ids_in(server))
            ballast.unlink()
            deadline = time.monotonic() + support.TIMEOUT_S
            while (answer := upsert(server, 500)).status != 200:
                self.assertLess(time.monotonic(), deadline, answer.body)
                time.sleep(0.05)
            self.assertEqual(written | {500}, ids_in(server))
            self.assertEqual(0, server.stop())
        with self.server() as server:
            self.assertEqual(written | {500}, ids_in(server))


class Damaged(DiskTest):
    COUNT = 2000

    def test_a_flipped_byte_is_named_and_answers_say_what_is_missing(self):
        with self.server() as server:
            self.make(server)
            self.assertEqual(200, upsert(server, 0, self.COUNT).status)
            self.assertEqual(0, server.stop())
        with self.server() as server:  # once more, so that everything lies where it stays
            self.assertEqual(self.COUNT, len(ids_in(server)))
            self.assertEqual(0, server.stop())
        self.flip(self.needle())
        with self.server() as server:
            info = server.request("GET", COLLECTION).json()
            self.assertGreaterEqual(info["missing"], 1, info)
            self.assertNotIn(str(self.data), json.dumps(info))
            answer = server.post(f"{COLLECTION}/search", {"query": [1.0] * DIMENSION,
                                                          "k": 16_384}).json()
            self.assertFalse(answer["exact"])
            self.assertEqual(info["missing"], answer["missing"])
            self.assertEqual(self.COUNT - info["missing"], len(answer["results"]))
            self.assertTrue(server.events("collection_damaged"), server.lines[-20:])

    def needle(self):
        """The bytes of a vector as they must lie somewhere in the folder."""
        return support.random_vectors(0, self.COUNT, DIMENSION)[1234].tobytes()

    def flip(self, needle):
        flipped = 0
        for path in sorted(self.data.rglob("*")):
            if not path.is_file():
                continue
            content = bytearray(path.read_bytes())
            at = content.find(needle)
            while at >= 0:
                content[at + 5] ^= 0x10
                flipped += 1
                at = content.find(needle, at + 1)
            if flipped:
                path.write_bytes(content)
        self.assertGreaterEqual(flipped, 1, "the vector lies nowhere as it is")


if __name__ == "__main__":
    unittest.main()
