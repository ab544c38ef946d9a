"""Cohere's own Python client against the server: both versions of its API, its errors, its retries.

Needs tests/clients/requirements.txt; the program comes from QR_BINARY, as in tests/e2e.
"""

import pathlib
import sys
import unittest

import cohere

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import fullness  # noqa: E402
from support import Server, ServedTest  # noqa: E402

QUERY = "What is the capital of the United States?"
DOCUMENTS = [
    "Carson City is the capital city of the American state of Nevada.",
    "Washington, D.C. is the capital of the United States. It is a federal district.",
    "A capital letter is used at the beginning of sentences.",
]


def clients(url, key="any"):
    return {"v1": cohere.Client(api_key=key, base_url=url),
            "v2": cohere.ClientV2(api_key=key, base_url=url)}


class Rerank(ServedTest):
    def test_finds_the_document_that_answers(self):
        for prefix in ("", "/cohere"):
            for version, client in clients(self.server.url + prefix).items():
                with self.subTest(prefix=prefix, version=version):
                    answer = client.rerank(model="rerank-v3.5", query=QUERY, documents=DOCUMENTS)
                    self.assertEqual(1, answer.results[0].index)
                    self.assertEqual({0, 1, 2}, {result.index for result in answer.results})
                    for result in answer.results:
                        self.assertTrue(0 <= result.relevance_score <= 1)

    def test_cuts_to_top_n(self):
        for client in clients(self.server.url).values():
            answer = client.rerank(model="m", query=QUERY, documents=DOCUMENTS, top_n=1)
            self.assertEqual(1, len(answer.results))

    def test_v1_repeats_documents_when_asked(self):
        client = clients(self.server.url)["v1"]
        answer = client.rerank(model="m", query=QUERY, documents=[{"text": d} for d in DOCUMENTS],
                               return_documents=True)
        self.assertEqual(DOCUMENTS[1], answer.results[0].document.text)

    def test_v2_takes_a_priority_and_counts_tokens(self):
        client = clients(self.server.url)["v2"]
        answer = client.rerank(model="m", query=QUERY, documents=DOCUMENTS, priority=5,
                               max_tokens_per_doc=None)
        self.assertGreater(answer.meta.tokens.input_tokens, 20)


class Refusals(ServedTest):
    flags = ("--api-key", "secret", "--max-client-batch-size", "2")

    def assert_refused(self, kind, words, call):
        with self.assertRaises(kind) as refused:
            call()
        self.assertIn(words, refused.exception.body["message"])

    def test_a_wrong_key(self):
        for client in clients(self.server.url, "wrong").values():
            self.assert_refused(cohere.UnauthorizedError, "key",
                                lambda c=client: c.rerank(model="m", query=QUERY, documents=["a"]))

    def test_what_is_well_formed_but_wrong(self):
        client = clients(self.server.url, "secret")["v2"]
        self.assert_refused(cohere.UnprocessableEntityError, "/documents: found no documents",
                            lambda: client.rerank(model="m", query=QUERY, documents=[]))
        self.assert_refused(cohere.UnprocessableEntityError, "allowed: 1..2 documents",
                            lambda: client.rerank(model="m", query=QUERY, documents=DOCUMENTS))


class RefusalsWithoutAnEncoder(ServedTest):
    flags = ("--encoder", "none")

    def test_say_how_to_have_one(self):
        client = clients(self.server.url)["v2"]
        with self.assertRaises(cohere.core.api_error.ApiError) as refused:
            client.rerank(model="m", query=QUERY, documents=["a"])
        self.assertEqual(424, refused.exception.status_code)
        self.assertIn("`encoder`", refused.exception.body["message"])


class Retries(unittest.TestCase):
    def test_come_back_when_a_full_server_has_said_when(self):
        for path, version in (("/v1/rerank", "v1"), ("/v2/rerank", "v2")):
            with self.subTest(version), Server(*fullness.FLAGS) as server:
                client = clients(server.url)[version]
                with fullness.full(server, path):
                    answer = client.rerank(model="m", query=QUERY, documents=DOCUMENTS)
                self.assertEqual(1, answer.results[0].index)
                self.assertGreaterEqual(fullness.refusals(server, path), 1)


if __name__ == "__main__":
    unittest.main()
