"""The subcommands as a person or a container uses them."""

import json
import pathlib
import tempfile
import unittest

import support
from support import run

REQUEST = b'{"query": [1, 0], "documents": [[0.6, 0.8], [1, 0.1], [-1, 0]], "top_n": 2}'
EXPECTED = json.loads((support.SAMPLE / "expected.json").read_text())


class Rerank(unittest.TestCase):
    def test_reads_a_file_and_ranks_without_a_server(self):
        result = run("rerank", "--format", "json", support.SAMPLE / "request.json")
        self.assertEqual(0, result.returncode, result.stderr)
        found = [r["id"] for r in json.loads(result.stdout)["results"]]
        self.assertEqual([r["id"] for r in EXPECTED["results"][:10]], found)

    def test_reads_standard_input(self):
        result = run("rerank", "--format", "json", "-", stdin=REQUEST)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual([1, 0], [r["index"] for r in json.loads(result.stdout)["results"]])

    def test_asks_a_server_and_gets_the_same_bits(self):
        with support.Server() as server:
            remote = run("rerank", "--url", server.url, "--format", "json", "-", stdin=REQUEST)
        local = run("rerank", "--format", "json", "-", stdin=REQUEST)
        self.assertEqual(0, remote.returncode, remote.stderr)
        self.assertEqual(json.loads(local.stdout)["results"], json.loads(remote.stdout)["results"])

    def test_shows_texts_beside_scores_as_a_table(self):
        result = run("rerank", "--format", "table", support.SAMPLE / "request.json")
        self.assertEqual(0, result.returncode, result.stderr)
        best = result.stdout.decode().splitlines()[1]
        for word in ("1", "0.733853", "1642727", "Effect of physical activity"):
            self.assertIn(word, best)

    def test_a_bad_request_fails_and_says_where(self):
        result = run("rerank", "-", stdin=b'{"query": [1], "documents": [[1, 2]]}')
        self.assertEqual(1, result.returncode)
        self.assertIn(b"/documents/0", result.stderr)

    def test_a_missing_file_is_named(self):
        result = run("rerank", "/no/such/file.json")
        self.assertIn(result.returncode, (1, 2))
        self.assertIn(b"/no/such/file.json", result.stderr)


class Health(unittest.TestCase):
    def test_is_0_beside_a_ready_server_and_1_without(self):
        with support.Server() as server:
            port = str(server.port)
            self.assertEqual(0, run("health", env={"QR_PORT": port}).returncode)
        self.assertEqual(1, run("health", env={"QR_PORT": port}).returncode)


class Doctor(unittest.TestCase):
    def test_shows_the_machine_and_checks_every_backend(self):
        result = run("doctor")
        self.assertEqual(0, result.returncode, result.stderr)
        for word in (b"reference", b"cpu-scalar", b"avx"):
            self.assertIn(word, result.stdout.lower())


class Config(unittest.TestCase):
    def test_print_shows_what_is_in_effect_and_masks_secrets(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "config.toml"
            file.write_text('port = 1234\nlog_level = "warn"\n')
            result = run("config", "print", "--config", file, "--port", 4321,
                         env={"QR_API_KEY": "very-secret", "QR_LOG_LEVEL": "debug"})
        text = result.stdout.decode()
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("port = 4321", text)
        self.assertIn('log_level = "debug"', text)
        self.assertNotIn("very-secret", text + result.stderr.decode())
        self.assertIn("***", text)

    def test_check_judges_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "config.toml"
            file.write_text("port = 99999\n")
            self.assertEqual(2, run("config", "check", "--config", file).returncode)
            file.write_text("port = 9999\n")
            self.assertEqual(0, run("config", "check", "--config", file).returncode)

    def test_docs_are_the_committed_pages(self):
        page = (support.SOURCE / "docs" / "CONFIGURATION.md").read_text()
        self.assertEqual(page, run("config", "docs").stdout.decode())
        page = (support.SOURCE / "docs" / "METRICS.md").read_text()
        self.assertEqual(page, run("config", "metrics").stdout.decode())

    def test_the_packaged_configuration_is_valid(self):
        packaged = support.SOURCE / "deployment" / "config.toml"
        result = run("config", "check", "--config", packaged)
        self.assertEqual(0, result.returncode, result.stderr)


class Version(unittest.TestCase):
    def test_names_the_product_and_a_number(self):
        result = run("--version")
        self.assertEqual(0, result.returncode)
        self.assertRegex(result.stdout.decode(), r"quantumrerank \d+\.\d+\.\d+")


if __name__ == "__main__":
    unittest.main()
