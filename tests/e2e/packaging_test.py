"""What operators install: the systemd unit and the sample's tools."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import support

UNIT = support.SOURCE / "deployment" / "systemd" / "quantumrerank.service"
EXPOSURE_MAX = "20"  # tenths: 2.0 of 10


def analyse(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True,
                          timeout=support.TIMEOUT_S, check=False)


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
class Unit(unittest.TestCase):
    def test_is_valid(self):
        with tempfile.TemporaryDirectory() as folder:
            # The command must exist to be judged, and the package is not installed here.
            unit = pathlib.Path(folder) / UNIT.name
            binary = pathlib.Path(support.BINARY).resolve()
            unit.write_text(UNIT.read_text().replace("/usr/bin/quantumrerank", str(binary)))
            result = analyse("verify", "--man=no", unit)
        self.assertEqual((0, b""), (result.returncode, result.stderr))

    def test_is_hardened(self):
        result = analyse("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", UNIT)
        self.assertEqual(0, result.returncode, result.stdout.decode() + result.stderr.decode())


class Sample(unittest.TestCase):
    def check(self, answer):
        checker = support.SOURCE / "samples" / "check_answer.py"
        return subprocess.run(["python3", checker, support.SAMPLE / "expected.json"],
                              input=json.dumps(answer).encode(), capture_output=True,
                              timeout=support.TIMEOUT_S, check=False).returncode

    def test_check_tells_a_right_ranking_from_a_wrong_one(self):
        results = json.loads((support.SAMPLE / "expected.json").read_text())["results"][:10]
        self.assertEqual(0, self.check({"results": results}))
        self.assertEqual(1, self.check({"results": results[:9]}))
        self.assertEqual(1, self.check({"results": [results[1], results[0], *results[2:]]}))
        shifted = [dict(r, relevance_score=r["relevance_score"] + 1e-9) for r in results]
        self.assertEqual(1, self.check({"results": shifted}))


if __name__ == "__main__":
    unittest.main()
