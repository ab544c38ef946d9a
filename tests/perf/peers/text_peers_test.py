"""What is asked of the server and of what stands beside it, where texts are compared."""

import json
import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path.insert(0, str(SOURCE / "perf" / "peers"))

import text_peers  # noqa: E402


class Body(unittest.TestCase):
    def test_asks_one_query_of_a_hundred_short_documents_that_all_differ(self):
        fields = json.loads(text_peers.body().data)
        self.assertEqual({"query", "texts"}, set(fields))
        self.assertEqual(100, len(set(fields["texts"])))
        self.assertTrue(all(60 < len(text) <= 100 for text in fields["texts"]))

    def test_is_cut_between_words(self):
        self.assertEqual("short", text_peers.shorten("short"))
        self.assertEqual("a" * 98, text_peers.shorten("a" * 98 + " bcd"))


if __name__ == "__main__":
    unittest.main()
