"""OpenAI's own Python client against the server: vectors of texts, models, errors, retries.

Needs tests/clients/requirements.txt; the program comes from QR_BINARY, as in tests/e2e.
"""

import math
import pathlib
import sys
import unittest

import openai

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import fullness  # noqa: E402
from support import Server, ServedTest, float32  # noqa: E402

TEXTS = ["A cat sat on the mat.", "Quantum states have amplitudes.", "A kitten lies on a rug."]


def client_of(server, key="any", **options):
    return openai.OpenAI(api_key=key, base_url=server.url + "/v1", **options)


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.hypot(*a) / math.hypot(*b)


class Embeddings(ServedTest):
    def setUp(self):
        super().setUp()
        self.client = client_of(self.server)

    def vectors(self, texts, **options):
        answer = self.client.embeddings.create(model="any", input=texts, **options)
        return [entry.embedding for entry in answer.data]

    def test_of_like_texts_are_close(self):
        cat, quantum, kitten = self.vectors(TEXTS)
        self.assertGreater(cosine(cat, kitten), cosine(cat, quantum))
        self.assertAlmostEqual(1, math.hypot(*cat), places=5)

    def test_are_the_same_as_numbers_and_as_base64(self):
        decoded = self.vectors(TEXTS)
        numbers = self.vectors(TEXTS, encoding_format="float")
        self.assertEqual([float32(v) for v in decoded], [float32(v) for v in numbers])

    def test_of_one_text_are_one_vector_and_its_tokens_are_counted(self):
        answer = self.client.embeddings.create(model="any", input=TEXTS[0])
        self.assertEqual(1, len(answer.data))
        self.assertGreater(answer.usage.prompt_tokens, 5)
        self.assertEqual("list", answer.object)

    def test_are_cut_and_of_length_one_when_fewer_dimensions_are_asked_for(self):
        (short,) = self.vectors(TEXTS[:1], dimensions=64)
        self.assertEqual(64, len(short))
        self.assertAlmostEqual(1, math.hypot(*short), places=5)

    def test_come_from_the_model_that_is_listed(self):
        models = list(self.client.models.list())
        answer = self.client.embeddings.create(model="any", input="a")
        self.assertEqual([answer.model], [model.id for model in models])
        self.assertEqual(answer.model, self.client.models.retrieve(answer.model).id)


class Refusals(ServedTest):
    flags = ("--api-key", "secret", "--max-client-batch-size", "2")

    def test_a_wrong_key(self):
        with self.assertRaises(openai.AuthenticationError):
            client_of(self.server, "wrong").embeddings.create(model="m", input="a")

    def test_what_is_well_formed_but_wrong_names_the_parameter(self):
        client = client_of(self.server, "secret")
        with self.assertRaises(openai.BadRequestError) as refused:
            client.embeddings.create(model="m", input=TEXTS)
        self.assertEqual("input", refused.exception.param)
        self.assertIn("allowed: 1..2 texts", refused.exception.message)
        with self.assertRaises(openai.BadRequestError) as refused:
            client.embeddings.create(model="m", input=[[1, 2, 3]])
        self.assertIn("token ids", refused.exception.message)
        with self.assertRaises(openai.BadRequestError) as refused:
            client.embeddings.create(model="m", input="a", dimensions=100_000)
        self.assertEqual("dimensions", refused.exception.param)

    def test_an_unknown_model_is_not_found(self):
        with self.assertRaises(openai.NotFoundError):
            client_of(self.server, "secret").models.retrieve("gpt")


class RefusalsWithoutAnEncoder(ServedTest):
    flags = ("--encoder", "none")

    def test_say_how_to_have_one(self):
        with self.assertRaises(openai.APIStatusError) as refused:
            client_of(self.server).embeddings.create(model="m", input="a")
        self.assertEqual(424, refused.exception.status_code)
        self.assertIn("`encoder`", refused.exception.message)


class Retries(unittest.TestCase):
    def test_come_back_when_a_full_server_has_said_when(self):
        with Server(*fullness.FLAGS) as server:
            client = client_of(server)
            with fullness.full(server, "/v1/embeddings"):
                answer = client.embeddings.create(model="m", input="a")
            self.assertEqual(1, len(answer.data))
            self.assertGreaterEqual(fullness.refusals(server, "/v1/embeddings"), 1)

    def test_give_up_after_as_many_as_the_client_was_told(self):
        with Server(*fullness.FLAGS) as server:
            client = client_of(server, max_retries=0)
            with fullness.full(server, "/v1/embeddings"):
                with self.assertRaises(openai.RateLimitError) as refused:
                    client.embeddings.create(model="m", input="a")
            self.assertGreaterEqual(int(refused.exception.response.headers["Retry-After"]), 1)


if __name__ == "__main__":
    unittest.main()
