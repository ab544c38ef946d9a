"""The ceiling that the load test compares with: it reads every number, and refuses to time else."""

import json
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["QR_SIMDJSON_FLOOR"]


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def run(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "body.json"
        path.write_text(text)
        return subprocess.run([PROGRAM, path, "0.01"], capture_output=True, text=True, timeout=60)


class SimdjsonFloor(unittest.TestCase):
    def test_reads_every_number_of_the_request(self):
        query, documents = [0.1, -2e-3], [[3, 4.5], [0.0625, 1e10]]
        run_ = run(json.dumps({"query": query, "documents": documents, "top_n": 7}))
        self.assertEqual((0, ""), (run_.returncode, run_.stderr))
        found = json.loads(run_.stdout)
        self.assertEqual(6, found["numbers"])
        self.assertGreaterEqual(found["passes"], 1)
        numbers = [*query, *documents[0], *documents[1]]
        self.assertEqual(fnv1a(struct.pack("<6f", *numbers)), found["hash"])

    def test_refuses_what_is_no_request(self):
        run_ = run('{"query": [1, 2]}')
        self.assertEqual(1, run_.returncode)
        self.assertIn("not a rerank request", run_.stderr)

    def test_times_nothing_when_numbers_are_passed_over(self):
        run_ = run('{"query": [1], "documents": [[2]], "more": [3]}')
        self.assertEqual(1, run_.returncode)
        self.assertIn("wrong: simdjson_floor: has 2 values, expected are 3", run_.stderr)


if __name__ == "__main__":
    unittest.main()
