"""Which answers of a peer count as equal, which as near enough, which as wrong."""

import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path.insert(0, str(SOURCE / "perf" / "peers"))

import answers  # noqa: E402

EXPECTED = [(7, 0.9), (2, 0.8), (4, 0.8)]


class Compare(unittest.TestCase):
    def test_calls_the_same_ranking_and_scores_equal(self):
        found = answers.compare([(7, 0.9), (2, 0.8 + 5e-13), (4, 0.8)], EXPECTED)
        self.assertEqual("equal", found["answer"])
        self.assertEqual(answers.ranking_hash([7, 2, 4]), found["hash"])

    def test_states_how_far_float32_scores_are_off(self):
        found = answers.compare([(7, 0.9 - 2e-8), (2, 0.8), (4, 0.8)], EXPECTED)
        self.assertEqual("same ranking; scores differ by at most 2.0e-08", found["answer"])
        self.assertEqual(0, found["indices_differing"])

    def test_counts_the_indices_that_differ_where_scores_are_near(self):
        found = answers.compare([(7, 0.9), (4, 0.8), (2, 0.8)], EXPECTED)
        self.assertEqual("2 of 3 indices differ, scores by at most 0.0e+00", found["answer"])
        self.assertNotEqual(answers.ranking_hash([7, 2, 4]), found["hash"])

    def test_refuses_scores_that_no_float32_sum_explains(self):
        for off in (1.1e-5, -1.1e-5, float("nan")):
            with self.assertRaises(answers.WrongAnswer):
                answers.compare([(7, 0.9), (2, 0.8 + off), (4, 0.8)], EXPECTED)

    def test_refuses_too_few_results_and_too_many(self):
        for found in (EXPECTED[:2], EXPECTED + [(1, 0.1)]):
            with self.assertRaises(answers.WrongAnswer):
                answers.compare(found, EXPECTED)


class Reading(unittest.TestCase):
    def test_takes_index_and_score_from_a_response(self):
        self.assertEqual([(3, 0.5)], answers.of_response(
            b'{"results": [{"index": 3, "relevance_score": 0.5}], "id": "x"}'))

    def test_maps_cosines_to_signed_fidelity(self):
        self.assertEqual([0, 0.25, 1], [answers.signed_fidelity(c) for c in (-1, 0, 1)])

    def test_hashes_the_order_of_indices(self):
        self.assertEqual("bc44fee5c2a4e68e", answers.ranking_hash([7, 2, 4]))
        self.assertNotEqual(answers.ranking_hash([1, 23]), answers.ranking_hash([12, 3]))


class Texts(unittest.TestCase):
    def test_give_cosines_whatever_the_score_is(self):
        data = b'[{"index": 3, "score": 0.5625}, {"index": 1, "score": 0}]'
        self.assertEqual([(3, 0.5), (1, -1)], answers.cosines_of_texts(data, answers.cosine))
        self.assertEqual([(3, 0.5625), (1, 0)], answers.cosines_of_texts(data, lambda c: c))

    def test_must_rank_as_expected_even_where_scores_are_near(self):
        self.assertEqual("equal", answers.compare_ranking(EXPECTED, EXPECTED)["answer"])
        with self.assertRaisesRegex(answers.WrongAnswer, "2 of 3 indices differ"):
            answers.compare_ranking([(7, 0.9), (4, 0.8), (2, 0.8)], EXPECTED)


if __name__ == "__main__":
    unittest.main()
