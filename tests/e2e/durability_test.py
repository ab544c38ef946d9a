"""What was acknowledged survives kill -9 at any moment, and nothing is ever half there.

Writers, searchers and an exporter run against a server that is killed again and again; after each
start history.py judges what the collection holds. QR_CRASH_ROUNDS says how often (default 6).
"""

import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import tempfile
import threading
import time
import unittest

import support
from history import Fate, History
from support import Server

ROUNDS = int(os.environ.get("QR_CRASH_ROUNDS", "6"))
DIMENSION = 24
WRITERS = 3
IDS_PER_WRITER = 60
PAGE = 500
COLLECTION = "/v1/collections/crash"


def vector_of(document, version):
    """Every pair of id and version has a direction of its own."""
    return support.random_vectors(f"{document} {version}", 1, DIMENSION)[0]


def document_of(document, version):
    return {"id": document, "vector": vector_of(document, version).tolist(),
            "text": f"version {version}", "tags": [f"v{version}"], "numbers": {"version": version}}


def version_in(found):
    """The version that every part of a document agrees on."""
    version = int(found["numbers"]["version"])
    parts = [found["text"] == f"version {version}", found["tags"] == [f"v{version}"],
             support.float32(found["vector"]) == vector_of(found["id"], version)]
    if not all(parts):
        raise AssertionError(f"the parts of {found['id']} are of different versions: {found}")
    return version


def all_documents(server):
    """Id to document, by the listing, page after page."""
    documents, page = {}, ""
    while True:
        answer = server.request("GET", f"{COLLECTION}/documents?limit={PAGE}&vectors=true{page}")
        if answer.status != 200:
            raise AssertionError(f"{answer.status} {answer.body}")
        listed = answer.json()
        documents.update({found["id"]: found for found in listed["documents"]})
        if not listed.get("next_page_token"):
            return documents
        page = f"&page_token={listed['next_page_token']}"


class Load:
    """Threads that write, search and export until the server is gone."""

    def __init__(self, server, histories, seed):
        self.server = server
        self.histories = histories
        self.is_over = threading.Event()
        self.faults = []
        workers = [(self._write, writer) for writer in range(WRITERS)]
        workers += [(self._search, None), (self._export, None)]
        self.threads = [threading.Thread(target=self._run, args=(work, argument, seed + index))
                        for index, (work, argument) in enumerate(workers)]
        for thread in self.threads:
            thread.start()

    def join(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _run(self, work, argument, seed):
        try:
            work(argument, random.Random(seed))
        except (OSError, http.client.HTTPException):
            pass  # the server died
        except AssertionError as fault:
            self.faults.append(str(fault))

    def _write(self, writer, chance):
        history = self.histories[writer]
        version = len(history.operations) + 1
        while not self.is_over.is_set():
            ids = chance.sample(range(IDS_PER_WRITER), chance.randint(1, 12))
            ids = [f"w{writer}-{number}" for number in ids]
            version += 1
            if chance.random() < 0.3:
                operation = history.begin(dict.fromkeys(ids))
                answer = self.server.request("DELETE", f"{COLLECTION}/documents", {"ids": ids})
            else:
                operation = history.begin(dict.fromkeys(ids, version))
                documents = [document_of(document, version) for document in ids]
                answer = self.server.post(f"{COLLECTION}/documents", {"documents": documents})
            if answer.status // 100 != 2:
                operation.fate = Fate.REFUSED
                raise AssertionError(f"a write was refused: {answer.status} {answer.body}")
            operation.fate = Fate.ACKNOWLEDGED

    def _search(self, _, chance):
        """Whatever is returned while writers run, it is one version of one document."""
        while not self.is_over.is_set():
            query = [chance.gauss(0, 1) for _ in range(DIMENSION)]
            answer = self.server.post(f"{COLLECTION}/search", {"query": query, "k": 5,
                                                               "method": "cosine"})
            if answer.status != 200 or not answer.json()["exact"]:
                raise AssertionError(f"a search failed: {answer.status} {answer.body[:300]}")
            scores = [hit["relevance_score"] for hit in answer.json()["results"]]
            if scores != sorted(scores, reverse=True):
                raise AssertionError(f"not in order: {scores}")

    def _export(self, _, chance):
        while not self.is_over.is_set():
            name = f"snapshot-{chance.getrandbits(48)}"
            answer = self.server.post(f"{COLLECTION}/export", {"folder": name})
            if answer.status // 100 != 2:
                raise AssertionError(f"an export failed: {answer.status} {answer.body[:300]}")
            time.sleep(0.02)


class Crashes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qr-durability-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "snapshots").mkdir()

    def server(self, *flags):
        return Server("--data-dir", self.folder / "data", "--snapshot-dir",
                      self.folder / "snapshots", *flags)

    def judge(self, server, histories):
        documents = all_documents(server)
        seen = {document: version_in(found) for document, found in documents.items()}
        for writer, history in enumerate(histories):
            own = {document: version for document, version in seen.items()
                   if document.startswith(f"w{writer}-")}
            self.assertEqual([], history.faults(own))
            history.settle(own)
        info = server.request("GET", COLLECTION).json()
        self.assertEqual(len(seen), info["documents"])
        self.assertEqual(0, info.get("missing", 0))
        self.judge_search(server, seen)

    def judge_search(self, server, seen):
        """Each of some documents is what its own vector finds first, and no deleted one is."""
        answer = server.post(f"{COLLECTION}/search", {"query": [1.0] * DIMENSION, "k": 16_384})
        self.assertEqual(200, answer.status, answer.body)
        self.assertEqual(set(seen), {hit["id"] for hit in answer.json()["results"]})
        for document in sorted(seen)[:5]:
            query = vector_of(document, seen[document]).tolist()
            best = server.post(f"{COLLECTION}/search", {"query": query, "k": 1,
                                                        "method": "cosine"}).json()["results"][0]
            self.assertEqual((document, 1.0), (best["id"], best["relevance_score"]))

    def judge_snapshots(self, server):
        """Whatever snapshot there is, is whole."""
        for folder in sorted((self.folder / "snapshots").iterdir()):
            self.assertFalse(folder.name.startswith("."), "the start left an export's draft")
            answer = server.post("/v1/collections/copy/import", {"folder": folder.name})
            self.assertEqual(2, answer.status // 100, answer.body)
            self.assertEqual(2, server.request("DELETE", "/v1/collections/copy").status // 100)
            shutil.rmtree(folder)

    def test_killed_at_random_moments_it_keeps_what_it_acknowledged(self):
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        histories = [History() for _ in range(WRITERS)]
        with self.server() as server:
            made = server.request("PUT", COLLECTION, {"dimension": DIMENSION})
            self.assertEqual(201, made.status, made.body)
        for round_number in range(ROUNDS):
            with self.subTest(seed=seed, round=round_number), self.server() as server:
                self.judge(server, histories)
                self.judge_snapshots(server)
                load = Load(server, histories, seed + 100 * round_number)
                time.sleep(chance.uniform(0.05, 1.5))
                server.process.send_signal(signal.SIGKILL)
                server.process.wait()
                load.join()
                self.assertEqual([], load.faults)
        with self.server() as server:
            self.judge(server, histories)
            self.assertEqual(0, server.stop())
        acknowledged = sum(operation.fate is Fate.ACKNOWLEDGED
                           for history in histories for operation in history.operations)
        self.assertGreater(acknowledged, ROUNDS, "nothing was put to the test")


if __name__ == "__main__":
    unittest.main()
