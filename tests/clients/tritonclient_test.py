"""Triton's own Python client against the server: health, metadata, inference, statistics, errors.

Needs tests/clients/requirements.txt; the program comes from QR_BINARY, as in tests/e2e.
"""

import pathlib
import sys
import unittest

import ml_dtypes
import numpy
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import support  # noqa: E402
from support import ServedTest  # noqa: E402

QUERY = numpy.array([[1, 0]], numpy.float32)
DOCUMENTS = numpy.array([[0, 1], [3, 4], [1, 0.1]], numpy.float32)
COSINES = DOCUMENTS[:, 0] / numpy.linalg.norm(DOCUMENTS.astype(numpy.float64), axis=1)


def tensor(name, array, is_binary=True):
    names = {"float32": "FP32", "float16": "FP16", "float64": "FP64", "int8": "INT8",
             "int64": "INT64", "bfloat16": "BF16", "object": "BYTES"}
    made = triton.InferInput(name, list(array.shape), names[str(array.dtype)])
    made.set_data_from_numpy(array, binary_data=is_binary)
    return made


def sides(query=QUERY, documents=DOCUMENTS, is_binary=True):
    return [tensor("QUERY", query, is_binary=is_binary),
            tensor("DOCUMENTS", documents, is_binary=is_binary)]


def texts(*words):
    return numpy.array([word.encode() for word in words], numpy.object_)


class ClientTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.client = triton.InferenceServerClient(f"127.0.0.1:{self.server.port}")
        self.addCleanup(self.client.close)

    def scores(self, *arguments, **options):
        options.setdefault("parameters", {"method": "cosine"})
        return self.client.infer("score", *arguments, **options).as_numpy("SCORES")

    def assert_refused(self, status, message, call):
        with self.assertRaises(InferenceServerException) as refused:
            call()
        self.assertEqual(str(status), refused.exception.status(), refused.exception.message())
        self.assertIn(message, refused.exception.message())


class Server(ClientTest):
    def test_is_live_and_ready(self):
        self.assertTrue(self.client.is_server_live())
        self.assertTrue(self.client.is_server_ready())

    def test_has_its_models_ready_with_and_without_a_version(self):
        for name in ("rerank", "score"):
            self.assertTrue(self.client.is_model_ready(name))
            self.assertTrue(self.client.is_model_ready(name, "1"))
            self.assertFalse(self.client.is_model_ready(name, "2"))
        self.assertFalse(self.client.is_model_ready("resnet"))

    def test_tells_its_extensions(self):
        metadata = self.client.get_server_metadata()
        self.assertEqual("quantumrerank", metadata["name"])
        self.assertEqual(["binary_tensor_data", "statistics", "model_repository"],
                         metadata["extensions"])

    def test_tells_what_a_model_takes_and_gives(self):
        metadata = self.client.get_model_metadata("rerank", "1")
        self.assertEqual(["1"], metadata["versions"])
        self.assertEqual(["QUERY", "DOCUMENTS"], [t["name"] for t in metadata["inputs"]])
        self.assertEqual([("SCORES", "FP64"), ("INDICES", "INT32")],
                         [(t["name"], t["datatype"]) for t in metadata["outputs"]])
        config = self.client.get_model_config("rerank")
        self.assertEqual(0, config["max_batch_size"])
        self.assertEqual("TYPE_FP32", config["input"][0]["data_type"])
        self.assertNotIn("model_transaction_policy", config)

    def test_lists_its_models_and_neither_loads_nor_unloads_them(self):
        index = self.client.get_model_repository_index()
        self.assertLessEqual({"rerank", "score"}, {model["name"] for model in index})
        self.assertEqual({"READY"}, {model["state"] for model in index})
        self.assert_refused(400, "built in", lambda: self.client.load_model("rerank"))
        self.assert_refused(400, "built in", lambda: self.client.unload_model("rerank"))


class Inference(ClientTest):
    def test_scores_binary_vectors_in_request_order(self):
        found = self.scores(sides())
        self.assertEqual((1, 3), found.shape)
        self.assertEqual(numpy.float64, found.dtype)
        numpy.testing.assert_allclose(found[0], COSINES, rtol=1e-12)

    def test_ranks_best_first_and_cuts_to_top_n(self):
        answer = self.client.infer("rerank", sides(), request_id="abc", priority=2,
                                   timeout=5_000_000, parameters={"method": "cosine", "top_n": 2})
        self.assertEqual([[2, 1]], answer.as_numpy("INDICES").tolist())
        self.assertEqual(numpy.int32, answer.as_numpy("INDICES").dtype)
        numpy.testing.assert_allclose(answer.as_numpy("SCORES")[0], COSINES[[2, 1]], rtol=1e-12)
        self.assertEqual("abc", answer.get_response()["id"])
        self.assertEqual("1", answer.get_response()["model_version"])

    def test_gives_the_same_bits_whatever_form_the_vectors_have(self):
        expected = self.scores(sides())
        for kind in (numpy.float16, numpy.float64):
            exact = self.scores(sides(QUERY.astype(kind), DOCUMENTS.astype(kind)))
            rounded = self.scores(sides(QUERY, DOCUMENTS.astype(kind).astype(numpy.float32)))
            self.assertEqual(rounded.tobytes(), exact.tobytes(), kind)
        as_json = self.scores(sides(is_binary=False))
        self.assertEqual(expected.tobytes(), as_json.tobytes())

    def test_takes_bfloat16_and_int8(self):
        whole = numpy.array([[0, 1], [3, 4]], numpy.float32)
        brain = tensor("DOCUMENTS", whole.astype(ml_dtypes.bfloat16))
        small = tensor("DOCUMENTS", whole.astype(numpy.int8))
        for documents in (brain, small):
            found = self.scores([tensor("QUERY", QUERY), documents])
            numpy.testing.assert_allclose(found[0], [0, 0.6], atol=1e-12)

    def test_answers_with_the_outputs_that_are_asked_for(self):
        outputs = [triton.InferRequestedOutput("INDICES", binary_data=False)]
        answer = self.client.infer("rerank", sides(), outputs=outputs)
        self.assertEqual([2, 1, 0], answer.get_response()["outputs"][0]["data"])
        self.assertIsNone(answer.as_numpy("SCORES"))
        mixed = [triton.InferRequestedOutput("INDICES", binary_data=True),
                 triton.InferRequestedOutput("SCORES", binary_data=False)]
        answer = self.client.infer("rerank", sides(), outputs=mixed)
        self.assertEqual([[2, 1, 0]], answer.as_numpy("INDICES").tolist())
        self.assertEqual((1, 3), answer.as_numpy("SCORES").shape)

    def test_takes_compressed_requests_and_requests_side_by_side(self):
        packed = self.scores(sides(), request_compression_algorithm="gzip")
        self.assertEqual(self.scores(sides()).tobytes(), packed.tobytes())
        waiting = [self.client.async_infer("score", sides(), parameters={"method": "cosine"})
                   for _ in range(8)]
        for one in waiting:
            self.assertEqual(packed.tobytes(), one.get_result().as_numpy("SCORES").tobytes())

    def test_counts_what_it_answers_and_what_it_refuses(self):
        for _ in range(3):
            self.scores(sides())
        with self.assertRaises(InferenceServerException):
            self.scores(sides(documents=numpy.zeros((2, 2), numpy.float32)))
        found, = self.client.get_inference_statistics("score", "1")["model_stats"]
        stats = found["inference_stats"]
        self.assertEqual((3, 3), (found["inference_count"], found["execution_count"]))
        self.assertEqual((3, 1), (stats["success"]["count"], stats["fail"]["count"]))
        for stage in ("queue", "compute_input", "compute_infer", "compute_output"):
            self.assertEqual(3, stats[stage]["count"], stage)
            self.assertLess(stats[stage]["ns"], stats["success"]["ns"])
        for never in ("cache_hit", "cache_miss"):
            self.assertEqual({"count": 0, "ns": 0}, stats[never])
        every = self.client.get_inference_statistics()["model_stats"]
        counts = {model["name"]: model["inference_count"] for model in every}
        self.assertEqual((0, 3), (counts["rerank"], counts["score"]))


class Refusals(ClientTest):
    def infer(self, model="rerank", inputs=None, **options):
        return lambda: self.client.infer(model, inputs or sides(), **options)

    def test_an_unknown_model_or_version(self):
        self.assert_refused(404, "found 'resnet', allowed: rerank, score", self.infer("resnet"))
        self.assert_refused(404, "version: found '7', allowed: 1",
                            self.infer(model_version="7"))

    def test_an_unknown_output(self):
        self.assert_refused(400, 'found "LABELS", allowed: SCORES, INDICES', self.infer(
            outputs=[triton.InferRequestedOutput("LABELS")]))

    def test_a_missing_and_an_unknown_input(self):
        self.assert_refused(400, "/inputs: found no DOCUMENTS",
                            self.infer(inputs=[tensor("QUERY", QUERY)]))
        self.assert_refused(400, 'found "IMAGE", allowed: QUERY, DOCUMENTS', self.infer(
            inputs=[tensor("QUERY", QUERY), tensor("IMAGE", DOCUMENTS)]))

    def test_sizes_that_do_not_fit(self):
        wide = numpy.ones((2, 3), numpy.float32)
        self.assert_refused(400, "found 3 numbers a row, allowed: 2",
                            self.infer(inputs=sides(documents=wide)))
        deep = tensor("DOCUMENTS", numpy.ones((1, 1, 2), numpy.float32))
        self.assert_refused(400, "found more than two sizes",
                            self.infer(inputs=[tensor("QUERY", QUERY), deep]))

    def test_a_datatype_that_is_no_vectors(self):
        wrong = tensor("DOCUMENTS", numpy.ones((1, 2), numpy.int64))
        self.assert_refused(400, 'found "INT64", allowed: FP32, FP16, BF16, FP64, INT8, BYTES',
                            self.infer(inputs=[tensor("QUERY", QUERY), wrong]))

    def test_vectors_without_a_direction(self):
        self.assert_refused(400, "a zero vector", self.infer(
            inputs=sides(documents=numpy.zeros((2, 2), numpy.float32))))


class TextsWithoutEncoder(ClientTest):
    flags = ("--encoder", "none")

    def test_are_refused_and_embed_is_no_model(self):
        words = [tensor("QUERY", texts("a")), tensor("DOCUMENTS", texts("a", "b"))]
        self.assert_refused(424, "without an encoder",
                            lambda: self.client.infer("rerank", words))
        self.assert_refused(424, "needs an encoder",
                            lambda: self.client.infer("embed", [tensor("TEXT", texts("a"))]))
        self.assertFalse(self.client.is_model_ready("embed"))
        index = self.client.get_model_repository_index()
        self.assertEqual({"rerank", "score"}, {model["name"] for model in index})


class Texts(ClientTest):
    """With the program's own encoder, where it was built with one."""

    WORDS = ("the cat sat on the mat", "stock prices fell sharply today")

    def setUp(self):
        super().setUp()
        if not self.client.is_model_ready("embed"):
            self.skipTest("this program has no encoder of its own")

    def test_are_ranked_in_json_and_in_binary_alike(self):
        found = []
        for is_binary in (True, False):
            words = [tensor("QUERY", texts("a cat on a mat"), is_binary),
                     tensor("DOCUMENTS", texts(*self.WORDS), is_binary)]
            answer = self.client.infer("rerank", words)
            self.assertEqual([[0, 1]], answer.as_numpy("INDICES").tolist())
            found.append(answer.as_numpy("SCORES").tobytes())
        self.assertEqual(found[0], found[1])

    def test_become_vectors_of_length_one_that_rank_as_the_texts_do(self):
        vectors = self.client.infer("embed", [tensor("TEXT", texts(*self.WORDS))])
        vectors = vectors.as_numpy("EMBEDDING")
        self.assertEqual((2, numpy.float32), (vectors.shape[0], vectors.dtype))
        numpy.testing.assert_allclose(numpy.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
        found = self.client.infer("score", sides(vectors[:1], vectors)).as_numpy("SCORES")
        self.assertAlmostEqual(1, found[0][0], delta=1e-6)
        self.assertLess(found[0][1], found[0][0])


class TooLarge(ClientTest):
    flags = ("--payload-limit", "4096")

    def test_a_body_beyond_the_limit(self):
        many = numpy.ones((1000, 2), numpy.float32)
        self.assert_refused(413, "4096",
                            lambda: self.client.infer("rerank", sides(documents=many)))


if __name__ == "__main__":
    unittest.main()
