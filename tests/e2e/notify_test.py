"""What the service manager is told: the sd_notify messages of a whole life."""

import pathlib
import signal
import socket
import tempfile
import unittest

import support
from support import Server


class Manager:
    """A stand-in for systemd: the socket that NOTIFY_SOCKET names."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(support.TIMEOUT_S)

    def await_message(self, beginning):
        """The first message from now on that begins so."""
        while True:
            message = self.socket.recv(4096).decode()
            if message.startswith(beginning):
                return message


class Notify(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.manager = Manager(folder.name)
        self.addCleanup(self.manager.socket.close)

    def test_ready_watchdog_reload_and_stopping(self):
        env = {"NOTIFY_SOCKET": self.manager.path, "WATCHDOG_USEC": "400000"}
        with Server(env=env) as server:
            self.assertIn("ready", self.manager.await_message("STATUS="))
            self.manager.await_message("READY=1")
            self.manager.await_message("WATCHDOG=1")
            self.manager.await_message("WATCHDOG=1")
            server.process.send_signal(signal.SIGHUP)
            self.assertIn("MONOTONIC_USEC=", self.manager.await_message("RELOADING=1"))
            self.manager.await_message("READY=1")
            server.process.send_signal(signal.SIGTERM)
            self.manager.await_message("STOPPING=1")
            self.assertEqual(0, server.wait())

    def test_a_manager_that_is_not_there_harms_nobody(self):
        with Server(env={"NOTIFY_SOCKET": self.manager.path + ".gone"}) as server:
            self.assertEqual(0, server.stop())


if __name__ == "__main__":
    unittest.main()
