"""nDCG@10 against values computed by hand, and the errors of a data set that is none."""

import math
import pathlib
import tempfile
import unittest

import validation_parts
from validation_parts import EMBEDDINGS, QUERIES, write_judged_data

import accuracy
import beir
from client import UsageError


class Ndcg(unittest.TestCase):
    def test_is_1_for_the_ideal_order_and_0_without_a_hit(self):
        self.assertEqual(1, accuracy.ndcg([7, 3, 9], {7: 2, 3: 1}))
        self.assertEqual(0, accuracy.ndcg([1, 2], {7: 2}))

    def test_discounts_by_the_logarithm_of_the_rank(self):
        # 1 / log2(4), of an ideal 1 / log2(2).
        self.assertEqual(0.5, accuracy.ndcg([1, 2, 7], {7: 1}))

    def test_weighs_grades_linearly(self):
        # Found: 1 + 2 / log2(3) = 2.26186; ideal: 2 + 1 / log2(3) = 2.63093.
        self.assertAlmostEqual(0.859719, accuracy.ndcg([3, 7], {7: 2, 3: 1}), 6)

    def test_looks_at_ten_ranks_of_ranking_and_ideal(self):
        grades = dict.fromkeys(range(20), 1)
        self.assertEqual(1, accuracy.ndcg(list(range(20)), grades))
        self.assertEqual(0, accuracy.ndcg([*range(20, 30), 0], grades))
        # The last of ten places: 1 / log2(11).
        self.assertEqual(1 / math.log2(11), accuracy.ndcg([*range(1, 10), 0], {0: 1}))


class DataSet(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / "data"
        write_judged_data(self.folder)

    def test_is_read_with_its_first_judged_queries(self):
        data = beir.read(self.folder, None, 3)
        self.assertEqual((3, QUERIES), (len(data.queries), data.judged))
        self.assertEqual(validation_parts.DOCUMENTS, len(data.documents))
        self.assertEqual({1, 2}, set(data.judgements[0].values()))
        self.assertTrue(all(index % validation_parts.TOPICS == 0 for index in data.judgements[0]))

    def test_leaves_a_control_that_is_neither_perfect_nor_blind(self):
        data = beir.read(self.folder, EMBEDDINGS, QUERIES)
        ranked = accuracy.control(data)
        mean = sum(map(accuracy.ndcg, ranked, data.judgements)) / QUERIES
        self.assertTrue(0.2 < mean < 0.95, mean)

    def refused(self, embeddings=None):
        with self.assertRaises(UsageError) as caught:
            beir.read(self.folder, embeddings, QUERIES)
        return str(caught.exception)

    def test_errors_name_the_file(self):
        corpus = self.folder / EMBEDDINGS / "corpus.f32"
        qrels = self.folder / "qrels" / "test.tsv"
        whole = qrels.read_text()
        qrels.write_text(whole + "q1\tabsent\t1\n")
        self.assertIn("not judgements", self.refused())
        qrels.write_text(whole.splitlines()[0] + "\nq1\td1\t0\n")
        self.assertIn("judges no query", self.refused())
        qrels.write_text(whole)
        corpus.write_bytes(corpus.read_bytes()[:-4])
        self.assertIn("corpus.f32: found ", self.refused())
        (self.folder / "corpus.jsonl").write_text("{}\n")
        self.assertIn("corpus.jsonl: not lines of objects with an '_id'", self.refused())

    def test_embeddings_that_are_not_there_are_an_error(self):
        self.assertIn("absent/corpus.f32", self.refused("absent"))

    def test_several_embeddings_want_a_choice(self):
        (self.folder / "emb-other").mkdir()
        (self.folder / "emb-other" / "corpus.f32").write_bytes(b"")
        self.assertIn(f"(emb-other, {EMBEDDINGS}); choose by --embeddings", self.refused())


if __name__ == "__main__":
    unittest.main()
