"""Scores over HTTP: the sample, every form of a vector, the same bits in each, large requests."""

import gzip
import json
import threading
import unittest

import support
from support import ServedTest, random_vectors, to_base64

TOLERANCE = 1e-12


def scores_of(answer):
    return [(r["index"], r["relevance_score"]) for r in answer["results"]]


class Rerank(ServedTest):
    def test_ranks_the_sample_as_expected(self):
        expected = json.loads((support.SAMPLE / "expected.json").read_text())
        body = (support.SAMPLE / "request.json").read_bytes()
        answer = self.server.post("/v1/rerank", body, {"Content-Type": "application/json"})
        self.assertEqual(200, answer.status, answer.body)
        results = answer.json()["results"]
        wanted = expected["results"][:10]
        self.assertEqual([r["id"] for r in wanted], [r["id"] for r in results])
        for want, have in zip(wanted, results):
            self.assertAlmostEqual(want["relevance_score"], have["relevance_score"],
                                   delta=TOLERANCE)
        texts = [d["text"] for d in json.loads(body)["documents"]]
        for result in results:
            self.assertEqual({"text": texts[result["index"]]}, result["document"])

    def test_arrays_base64_and_binary_give_the_same_bits(self):
        query, *documents = random_vectors(1, 21, 96)
        arrays = {"query": list(query), "documents": [list(d) for d in documents]}
        base64 = {"query": {"vector": to_base64(query)},
                  "documents": [{"vector": to_base64(d)} for d in documents]}
        matrix = [value for document in documents for value in document]
        whole = {"query": {"vector": to_base64(query)},
                 "documents": {"vector": to_base64(matrix), "shape": [20, 96]}}
        body, headers = support.binary_body(
            {"query": {"shape": [96]}, "documents": {"shape": [20, 96]}}, query, matrix)
        expected = scores_of(self.rerank(arrays))
        self.assertEqual(20, len(expected))
        self.assertEqual(expected, scores_of(self.rerank(base64)))
        self.assertEqual(expected, scores_of(self.rerank(whole)))
        self.assertEqual(expected, scores_of(self.rerank(body, headers)))

    def test_scores_are_the_formula_of_each_method(self):
        query, *documents = random_vectors(2, 6, 33)
        cosine = [support.cosine(query, d) for d in documents]
        formulas = {
            "cosine": cosine,
            "fidelity": [c * c for c in cosine],
            "signed_fidelity": [((1 + c) / 2) ** 2 for c in cosine],
            "dot": [support.dot(query, d) for d in documents],
        }
        for method, expected in formulas.items():
            request = {"query": list(query), "documents": [list(d) for d in documents],
                       "method": method}
            found = dict(scores_of(self.rerank(request)))
            for index, score in enumerate(expected):
                self.assertAlmostEqual(score, found[index], delta=1e-11, msg=method)

    def test_several_queries_give_a_list_of_rankings(self):
        queries = random_vectors(3, 3, 8)
        documents = [list(d) for d in random_vectors(4, 5, 8)]
        together = self.rerank({"queries": [list(q) for q in queries], "documents": documents})
        for query, ranking in zip(queries, together["results"], strict=True):
            alone = self.rerank({"query": list(query), "documents": documents})
            self.assertEqual(alone["results"], ranking)

    def test_top_n_and_ties(self):
        same = {"query": [1, 2], "documents": [[1, 2], [-1, 3], [1, 2], [2, 4]]}
        for top_n, expected in ((0, [0, 2, 3, 1]), (2, [0, 2]), (9, [0, 2, 3, 1]),
                                (None, [0, 2, 3, 1])):
            results = self.rerank(dict(same, top_n=top_n))["results"]
            self.assertEqual(expected, [r["index"] for r in results], top_n)

    def test_ten_thousand_documents_and_no_more(self):
        query, *documents = random_vectors(5, 10_001, 16)
        request = {"query": list(query), "top_n": 100,
                   "documents": [{"vector": to_base64(d)} for d in documents]}
        scores = [support.signed_fidelity(query, d) for d in documents]
        best = sorted(range(10_000), key=lambda i: (-scores[i], i))[:100]
        self.assertEqual(best, [index for index, _ in scores_of(self.rerank(request))])
        request["documents"].append(request["documents"][0])
        self.assert_error(422, self.server.post("/v1/rerank", request), pointer="/documents")

    def test_a_body_of_64_mib_and_no_byte_more(self):
        rows, width, limit = 10_000, 1600, 64 << 20
        header = json.dumps({"query": {"shape": [width]}, "documents": {"shape": [rows, width]},
                             "top_n": 3}).encode()
        tensors = b"\x00\x00\x80\x3f" * (width * (rows + 1))
        header = header.ljust(limit - len(tensors))
        headers = {"Inference-Header-Content-Length": str(len(header))}
        answer = self.rerank(header + tensors, headers)
        self.assertEqual([(0, 1.0), (1, 1.0), (2, 1.0)], scores_of(answer))
        # One byte more is refused from its head alone: nothing of the body is sent.
        head = (b"POST /v1/rerank HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n" % (limit + 1))
        self.assertIn(b" 413 ", self.server.raw(head).split(b"\r\n")[0])

    def test_gzip_bodies_are_unpacked_within_bounds(self):
        request = {"query": [1, 0], "documents": [[0.6, 0.8], [1, 0.1]]}
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        packed = gzip.compress(json.dumps(request).encode())
        self.assertEqual(scores_of(self.rerank(request)), scores_of(self.rerank(packed, headers)))
        bomb = gzip.compress(b" " * (32 << 20))
        self.assert_error(413, self.server.post("/v1/rerank", bomb, headers))
        self.assert_error(400, self.server.post("/v1/rerank", packed[:-9], headers))

    def test_clients_side_by_side_get_the_bits_they_get_alone(self):
        requests, alone = [], []
        for client in range(32):
            dimension, count = 64 + 13 * client, 3 + 7 * client
            query, *documents = random_vectors(100 + client, 1 + count, dimension)
            matrix = [value for document in documents for value in document]
            requests.append(support.binary_body(
                {"query": {"shape": [dimension]}, "documents": {"shape": [count, dimension]}},
                query, matrix))
            alone.append(self.rerank(*requests[-1])["results"])
        wrong = []

        def client(number):
            for turn in range(8):
                which = (number + turn) % len(requests)
                answer = self.server.post("/v1/rerank", *requests[which])
                if answer.status != 200 or answer.json()["results"] != alone[which]:
                    wrong.append((number, which, answer.status))

        threads = [threading.Thread(target=client, args=(i,)) for i in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], wrong)


class Score(ServedTest):
    def test_answers_the_matrix_in_request_order(self):
        queries, documents = random_vectors(6, 2, 12), random_vectors(7, 3, 12)
        answer = self.server.post("/v1/score", {"queries": [list(q) for q in queries],
                                                "documents": [list(d) for d in documents],
                                                "method": "cosine"})
        self.assertEqual(200, answer.status, answer.body)
        for query, row in zip(queries, answer.json()["scores"], strict=True):
            for document, score in zip(documents, row, strict=True):
                self.assertAlmostEqual(support.cosine(query, document), score, delta=TOLERANCE)


class Refusals(ServedTest):
    def test_name_the_place_the_found_and_the_allowed(self):
        cases = [
            (400, {}, b'{"query": [1, 0]'),
            (422, {"pointer": "/documents/1"}, {"query": [1, 0], "documents": [[1, 0], [1, 0, 0]]}),
            (422, {"pointer": "/documents/1"}, {"query": [1, 0],
                                                       "documents": [[1, 0], {"vector": [0, 0]}]}),
            (422, {"pointer": "/method"}, {"query": [1], "documents": [[1]], "method": "best"}),
            (422, {"pointer": "/top_n"}, {"query": [1], "documents": [[1]], "top_n": -1}),
            (422, {}, {"documents": [[1]]}),
            (422, {"pointer": "/documents/0"}, {"query": "a text", "documents": [[1]]}),
        ]
        for status, fields, body in cases:
            with self.subTest(body=body):
                answer = self.server.post("/v1/rerank", body)
                self.assertEqual(status, answer.status, answer.body)
                error = answer.json()["error"]
                for name, value in fields.items():
                    self.assertTrue(error[name].startswith(value), error)
                self.assertTrue(error["message"])
                self.assertEqual(answer.headers["x-request-id"], answer.json()["id"])

    def test_a_number_beyond_float32_is_refused_with_its_place(self):
        answer = self.server.post("/v1/rerank", b'{"query": [1, 0], "documents": [[1, 1e99]]}')
        self.assertEqual(422, answer.status, answer.body)
        self.assertTrue(answer.json()["error"]["pointer"].startswith("/documents/0"))

    def test_unknown_fields_are_warnings(self):
        answer = self.rerank({"query": [1], "documents": [[1]], "colour": "red"})
        self.assertIn("colour", " ".join(answer["meta"]["warnings"]))


class WithoutAnEncoder(ServedTest):
    flags = ("--encoder", "none")

    def test_texts_are_refused(self):
        answer = self.server.post("/v1/rerank", {"query": "a text", "documents": [[1]]})
        self.assert_error(424, answer, type="no_encoder", pointer="/query")


class Texts(ServedTest):
    def test_are_ranked_by_what_they_say(self):
        facts = (support.SOURCE / "samples" / "texts" / "facts.txt").read_text().splitlines()
        for question, word in {"what protects against a virus": "immune",
                               "quantum states": "qubit", "rivers of Europe": "Danube",
                               "how to bake": "bread"}.items():
            answer = self.rerank({"query": question, "documents": facts, "top_n": 1,
                                  "return_documents": True})
            self.assertIn(word, answer["results"][0]["document"]["text"], question)

    def test_score_the_same_alone_and_among_others(self):
        facts = (support.SOURCE / "samples" / "texts" / "facts.txt").read_text().splitlines()
        together = self.rerank({"query": "health", "documents": facts})["results"]
        for result in together:
            alone = self.rerank({"query": "health", "documents": [facts[result["index"]]]})
            self.assertEqual(result["relevance_score"],
                             alone["results"][0]["relevance_score"])


class ForcedBackend(ServedTest):
    flags = ("--backend", "reference")

    def test_reference_is_what_really_scores(self):
        query, *documents = random_vectors(8, 9, 40)
        request = {"query": list(query), "documents": [list(d) for d in documents]}
        answer = self.rerank(request)
        self.assertEqual("reference", answer["backend"])
        with support.Server() as other:
            answer_of_cpu = other.post("/v1/rerank", request).json()
        self.assertTrue(answer_of_cpu["backend"].startswith("cpu"), answer_of_cpu)
        self.assertEqual(answer_of_cpu["results"], answer["results"])


if __name__ == "__main__":
    unittest.main()
