"""Every scenario that ships, against the real server, and the script around them."""

import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
QR_LOAD = os.environ.get("QR_LOAD", "build/dev/bin/qr_load")
SCENARIOS = sorted((SOURCE / "perf" / "load" / "scenarios").glob("*.toml"))
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))

import support  # noqa: E402


def load(server, scenario, *flags):
    done = subprocess.run(
        [QR_LOAD, "--url", server.url, "--scenario", str(scenario), "--timeout-ms", "30000",
         *map(str, flags)],
        capture_output=True, timeout=support.TIMEOUT_S, check=False)
    if done.returncode:
        raise AssertionError(f"{scenario}: {done.stderr.decode()}")
    return json.loads(done.stdout)


def fill(server, scenario):
    """The collections of the scenario, in small."""
    return subprocess.run(
        [sys.executable, "-B", SOURCE / "perf" / "load" / "fill.py", scenario, "--url", server.url,
         "--rows-max", "500"], capture_output=True, timeout=support.TIMEOUT_S, check=False)


class Scenarios(support.ServedTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="qr_scenarios_")
        self.addCleanup(folder.cleanup)
        self.flags = ("--data-dir", folder.name)
        super().setUp()

    def fill(self):
        for scenario in SCENARIOS:
            if "[[collection]]" in scenario.read_text():
                filled = fill(self.server, scenario)
                self.assertEqual(0, filled.returncode, filled)

    def assert_answered(self, report, scenario):
        total = report["total"]
        self.assertEqual(["200"], list(total["statuses"]), (scenario, report))
        self.assertEqual(total["intended"], total["statuses"]["200"], scenario)
        self.assertEqual({0}, set(total["failures"].values()), (scenario, report))

    def test_are_answered_whole_in_short(self):
        self.assertIn("rag_100x768", [scenario.stem for scenario in SCENARIOS])
        self.fill()
        for scenario in SCENARIOS:
            with self.subTest(scenario=scenario.stem):
                report = load(self.server, scenario, "--seconds", 1, "--rate", 20, "--warm-up",
                              0.2, "--row-ms", 100)
                self.assertEqual(scenario.stem, report["scenario"])
                self.assertEqual("open", report["loop"])
                self.assertEqual(10, len(report["rows"]))
                self.assert_answered(report, scenario.stem)

    def test_send_every_request_that_they_name(self):
        self.fill()
        for scenario in SCENARIOS:
            with self.subTest(scenario=scenario.stem):
                report = load(self.server, scenario, "--clients", 2, "--seconds", 1,
                              "--warm-up", 0, "--no-keep-alive")
                self.assert_answered(report, scenario.stem)
                total = report["total"]["intended"]
                self.assertEqual(total, sum(r["intended"] for r in report["requests"].values()))
                self.assertEqual(total, report["connections_opened"])
                for name, request in report["requests"].items():
                    self.assertGreater(request["intended"], 0, (scenario.stem, name))


    def test_show_progress_on_a_terminal_alone(self):
        """Elsewhere the summary alone, and with --quiet nothing."""
        scenario = SCENARIOS[0]
        flags = ("--clients", "1", "--seconds", "0.6", "--warm-up", "0")
        command = [QR_LOAD, "--url", self.server.url, "--scenario", scenario, *flags]

        def standard_error(*more):
            terminal, end = pty.openpty()
            try:
                subprocess.run([*command, *more], stdout=subprocess.DEVNULL, stderr=end,
                               timeout=support.TIMEOUT_S, check=True)
                os.set_blocking(terminal, False)
                try:
                    return os.read(terminal, 65536).decode()
                except BlockingIOError:
                    return ""
            finally:
                os.close(terminal)
                os.close(end)

        shown = standard_error()
        self.assertIn("\r\x1b[K[", shown)
        self.assertIn("closed loop of 1", shown)
        self.assertEqual("", standard_error("--quiet"))
        piped = subprocess.run(command, capture_output=True, timeout=support.TIMEOUT_S, check=True)
        self.assertNotIn(b"\x1b", piped.stderr)
        self.assertTrue(piped.stderr.decode().startswith(scenario.stem), piped.stderr)


    def test_fill_their_collections_once(self):
        scenario = SOURCE / "perf" / "load" / "scenarios" / "search_resident.toml"
        self.assertEqual(0, fill(self.server, scenario).returncode)
        made = self.server.request("GET", "/v1/collections/resident").json()
        self.assertEqual(500, made["documents"])
        self.assertEqual(0, fill(self.server, scenario).returncode)
        again = self.server.request("GET", "/v1/collections/resident").json()
        self.assertEqual(made["created_at"], again["created_at"])

    def test_that_name_no_rows_are_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write('[[collection]]\nname = "a"\ndimension = 3\n')
            file.flush()
            refused = fill(self.server, file.name)
        self.assertEqual(2, refused.returncode, refused)
        self.assertIn("allowed: name (text), dimension and rows", refused.stderr.decode())


class Script(unittest.TestCase):
    def test_names_the_scenarios_that_there_are(self):
        for arguments in ([], ["no_such"], ["--url"]):
            done = subprocess.run([SOURCE / "scripts" / "load.sh", *arguments],
                                  capture_output=True, timeout=support.TIMEOUT_S, check=False)
            self.assertEqual(1, done.returncode, done)
            for scenario in SCENARIOS:
                self.assertIn(scenario.stem, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
