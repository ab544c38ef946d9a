"""SIGHUP: what can change changes, what cannot is named, and mistakes change nothing."""

import pathlib
import signal
import tempfile
import unittest

from support import Server

REQUEST = {"query": [1], "documents": [[1], [2], [3]]}


class Sighup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "config.toml"
        self.file.write_text('log_level = "info"\n')

    def hang_up(self, server, event, count=1):
        """The log lines of that event after SIGHUP."""
        server.process.send_signal(signal.SIGHUP)
        return server.wait_for(event, count)

    def score(self, server, key=None):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return server.post("/v1/rerank", REQUEST, headers).status

    def test_changes_limits_and_keys_and_names_what_needs_a_restart(self):
        with Server("--config", self.file) as server:
            self.assertEqual(200, self.score(server))
            self.file.write_text('api_key = ["first-secret"]\nmax_client_batch_size = 3\n'
                                 "io_threads = 7\n")
            event = self.hang_up(server, "config_reloaded")[0]
            self.assertEqual("max_client_batch_size, api_key", event["changed"])
            warning = server.wait_for("config_warning")[0]
            self.assertIn("io_threads", warning["message"])
            self.assertEqual(401, self.score(server))
            self.assertEqual(200, self.score(server, "first-secret"))

            self.file.write_text('api_key = ["second-secret"]\nmax_client_batch_size = 2\n')
            self.hang_up(server, "config_reloaded", count=2)
            self.assertEqual(401, self.score(server, "first-secret"))
            self.assertEqual(422, self.score(server, "second-secret"))
            self.assertEqual(0, server.stop())
            text = "".join(server.lines)
            self.assertNotIn("first-secret", text)
            self.assertNotIn("second-secret", text)

    def test_a_mistake_anywhere_changes_nothing(self):
        with Server("--config", self.file) as server:
            self.file.write_text('api_key = ["never"]\nport = "high"\ncolour = "red"\n')
            rejected = self.hang_up(server, "config_rejected", count=2)
            self.assertIn("port", rejected[0]["message"])
            self.assertIn("colour", rejected[1]["message"])
            self.assertEqual(200, self.score(server))
            self.file.unlink()
            self.hang_up(server, "config_rejected", count=3)
            self.assertEqual(200, self.score(server))
            self.assertEqual([], server.events("config_reloaded"))
            self.assertEqual(0, server.stop())

    def test_flags_stand_above_the_file_that_changed(self):
        with Server("--config", self.file, "--max-client-batch-size", 3) as server:
            self.file.write_text("max_client_batch_size = 1\n")
            self.assertEqual("", self.hang_up(server, "config_reloaded")[0]["changed"])
            self.assertEqual(200, self.score(server))

    def test_silences_the_log_and_lets_it_speak_again(self):
        with Server("--config", self.file) as server:
            self.file.write_text('log_level = "warn"\nio_threads = 7\n')
            self.hang_up(server, "config_warning")
            self.score(server)
            self.file.write_text('log_level = "info"\n')
            self.hang_up(server, "config_reloaded")
            requests = len(server.events("request"))
            self.score(server)
            server.wait_for("request", requests + 1)
            self.assertEqual(1, len([e for e in server.events("request")
                                     if e["path"] == "/v1/rerank"]))


if __name__ == "__main__":
    unittest.main()
