"""Collections of a real process: kept over restarts and kill -9, encrypted, locked, copied."""

import array
import fcntl
import json
import pathlib
import tempfile
import unittest

import support
from support import Server

KEY = bytes(range(32)).hex()


def documents(first, count):
    return [{"id": f"doc-{number}", "vector": [1, number % 7, number % 11],
             "text": f"a secret number {number}", "tags": [f"mod-{number % 3}"]}
            for number in range(first, first + count)]


class Kept(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def serve(self, *flags):
        return Server("--data-dir", self.folder / "data", "--snapshot-dir",
                      self.folder / "snapshots", *flags)

    def fill(self, server, count=50):
        made = server.request("PUT", "/v1/collections/papers", {"dimension": 3})
        self.assertEqual(201, made.status, made.body)
        stored = server.post("/v1/collections/papers/documents",
                             {"documents": documents(0, count)})
        self.assertEqual({"inserted": count, "updated": 0},
                         {key: stored.json()[key] for key in ("inserted", "updated")})

    def results(self, server, **more):
        request = {"query": [1, 2, 3], "k": 10, **more}
        answer = server.post("/v1/collections/papers/search", request)
        self.assertEqual(200, answer.status, answer.body)
        self.assertTrue(answer.json()["exact"], answer.body)
        return answer.json()["results"]

    def test_what_was_answered_is_there_after_a_kill(self):
        with self.serve() as server:
            self.fill(server)
            before = self.results(server)
            server.process.kill()
            server.wait()
        with self.serve() as server:
            self.assertEqual(before, self.results(server))
            self.assertEqual(0, server.stop())

    def test_scores_by_id_have_the_bits_of_vectors_sent_along(self):
        with self.serve() as server:
            self.fill(server)
            chosen = documents(10, 20)
            named = server.post("/v1/rerank", {
                "query": [1, 2, 3], "collection": "papers",
                "documents": [{"id": document["id"]} for document in chosen]}).json()
            sent = server.post("/v1/rerank", {
                "query": [1, 2, 3],
                "documents": [{"id": d["id"], "vector": d["vector"]} for d in chosen]}).json()
            self.assertEqual(sent["results"], named["results"])
            everything = server.post("/v1/rerank", {"query": [1, 2, 3], "collection": "papers",
                                                    "top_n": 10}).json()
            self.assertEqual(self.results(server), everything["results"])

    def test_nothing_is_readable_in_the_files_of_an_encrypted_store(self):
        key = self.folder / "key"
        key.write_text(KEY)
        key.chmod(0o600)
        with self.serve("--encryption-key-file", key) as server:
            self.fill(server)
            before = self.results(server)
            self.assertEqual(0, server.stop())
        for path in (self.folder / "data").rglob("*"):
            if path.is_file():
                self.assertNotIn(b"a secret number", path.read_bytes(), path)
        refused = support.run("serve", "--port", "0", "--data-dir", self.folder / "data")
        self.assertNotEqual(0, refused.returncode)
        with self.serve("--encryption-key-file", key) as server:
            self.assertEqual(before, self.results(server))

    def test_rewrapped_keys_shut_out_the_old_key_and_lose_no_row(self):
        old, new = self.folder / "old.key", self.folder / "new.key"
        for key in (old, new):
            made = support.run("keys", "new", key)
            self.assertEqual(0, made.returncode, made.stderr)
        data = ("--data-dir", self.folder / "data")
        rewrap = ("keys", "rewrap", *data, "--encryption-key-file", old,
                  "--new-encryption-key-file", new)
        with self.serve("--encryption-key-file", old) as server:
            self.fill(server)
            before = self.results(server)
            busy = support.run(*rewrap)
            self.assertEqual(2, busy.returncode, busy.stderr)
            self.assertIn("another process has this store open", busy.stderr.decode())
            self.assertEqual(0, server.stop())
        done = support.run(*rewrap)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("1 data key wrapped by the key in", done.stdout.decode())
        refused = support.run("serve", "--port", "0", *data, "--encryption-key-file", old)
        self.assertEqual(2, refused.returncode, refused.stderr)
        self.assertIn(f"{self.folder / 'data'} with key file {old}: the key does not open this "
                      "store", refused.stderr.decode())
        with self.serve("--encryption-key-file", new) as server:
            self.assertEqual(before, self.results(server))
            rows = server.request("GET", "/v1/collections/papers/documents?limit=100")
            self.assertEqual(50, len(rows.json()["documents"]))

    def test_a_folder_serves_one_process(self):
        with self.serve():
            second = support.run("serve", "--port", "0", "--data-dir", self.folder / "data")
        self.assertEqual(2, second.returncode, second.stderr)
        self.assertIn(str(self.folder / "data"), second.stderr.decode())

    def test_a_snapshot_becomes_a_collection_elsewhere(self):
        with self.serve() as server:
            self.fill(server)
            before = self.results(server)
            written = server.post("/v1/collections/papers/export", {"folder": "one"})
            self.assertEqual(201, written.status, written.body)
        with Server("--data-dir", self.folder / "other", "--snapshot-dir",
                    self.folder / "snapshots") as server:
            read = server.post("/v1/collections/papers/import", {"folder": "one"})
            self.assertEqual(201, read.status, read.body)
            self.assertEqual(before, self.results(server))

    def test_a_start_removes_drafts_that_nobody_writes_any_more(self):
        snapshots = self.folder / "snapshots"
        for name in ("killed", "running"):
            (snapshots / f".{name}.draft").mkdir(parents=True)
            (snapshots / f".{name}.draft/vectors-00000.safetensors").write_bytes(b"half")
        (snapshots / "mine.draft").mkdir()
        with (snapshots / ".running.lock").open("w") as other_server:
            fcntl.flock(other_server, fcntl.LOCK_EX)
            with self.serve() as server:
                removed = server.wait_for("draft_removed")[0]
                kept = server.wait_for("draft_kept")[0]
                self.fill(server)
                busy = server.post("/v1/collections/papers/export", {"folder": "running"})
        self.assertEqual("killed", removed["snapshot"])
        self.assertTrue(kept["snapshot"].startswith("running: "), kept)
        self.assertEqual(409, busy.status, busy.body)
        self.assertEqual({".running.draft", ".running.lock", "mine.draft"},
                         {path.name for path in snapshots.iterdir()})

    def test_no_answer_about_a_snapshot_tells_where_the_server_keeps_it(self):
        def refused(action, folder, status, *named):
            answer = server.post(f"/v1/collections/{action}", {"folder": folder})
            self.assertEqual(status, answer.status, answer.body)
            self.assertNotIn(str(self.folder), answer.body.decode())
            for name in named:
                self.assertIn(name, answer.json()["error"]["message"])

        with self.serve() as server:
            self.fill(server)
            written = server.post("/v1/collections/papers/export", {"folder": "one"})
            self.assertEqual(201, written.status, written.body)
            refused("papers/export", "one", 409, "snapshot 'one'")
            refused("copy/import", "none", 404, "snapshot 'none'", "manifest.json")
            lines = self.folder / "snapshots/one/documents-00000.ndjson"
            lines.write_bytes(lines.read_bytes().replace(b"secret", b"public"))
            refused("copy/import", "one", 422, "snapshot 'one'", lines.name, "SHA-256")
            lines.unlink()
            refused("copy/import", "one", 404, "snapshot 'one'", lines.name)
            manifest = self.folder / "snapshots/one/manifest.json"
            manifest.write_text("{")
            refused("copy/import", "one", 422, "snapshot 'one'", manifest.name)

    def test_bulk_bodies_store_what_json_does(self):
        vectors = array.array("f", [value for d in documents(0, 50) for value in d["vector"]])
        header = "{'descr': '<f4', 'fortran_order': False, 'shape': (50, 3), }\n".encode()
        npy = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
        lines = "\n".join(map(json.dumps, documents(0, 50))).encode()
        with self.serve() as server:
            self.fill(server)
            expected = self.results(server)
            for kind, path, body in (
                    ("application/x-ndjson", "documents", lines),
                    ("application/x-npy", "documents?id_prefix=doc-", npy + vectors.tobytes())):
                server.request("DELETE", "/v1/collections/papers")
                server.request("PUT", "/v1/collections/papers", {"dimension": 3})
                stored = server.post(f"/v1/collections/papers/{path}", body,
                                     {"Content-Type": kind})
                self.assertEqual(200, stored.status, stored.body)
                self.assertEqual(50, stored.json()["inserted"])
                self.assertEqual(expected, self.results(server), kind)

    def test_removed_and_filtered_documents_are_never_found(self):
        with self.serve() as server:
            self.fill(server)
            for hit in self.results(server, k=50, filter={"tags": {"all": ["mod-1"]}}):
                self.assertEqual(1, int(hit["id"].split("-")[1]) % 3)
            best = self.results(server)[0]["id"]
            server.request("DELETE", f"/v1/collections/papers/documents/{best}")
            self.assertNotIn(best, [hit["id"] for hit in self.results(server, k=50)])


if __name__ == "__main__":
    unittest.main()
