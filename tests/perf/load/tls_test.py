"""qr_load over TLS against Python's: what is verified, and what a failed handshake counts as."""

import http.server
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import threading
import unittest

QR_LOAD = os.environ.get("QR_LOAD", "build/dev/bin/qr_load")
TIMEOUT_S = 60


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        size = len(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.body_sizes.append(size)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Answers POST on a free port; TLS with the certificate and key of that file, if any."""

    request_queue_size = 64

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.body_sizes, self.names, self.connections = [], [], 0
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
            self.context.sni_callback = lambda _, name, __: self.names.append(name)

    def finish_request(self, request, address):
        self.connections += 1
        if not self.context:
            return super().finish_request(request, address)
        with self.context.wrap_socket(request, server_side=True) as secured:
            return super().finish_request(secured, address)

    def handle_error(self, *_):
        pass  # clients that refuse the certificate

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Tls(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="qr-tls-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.body = self.folder / "body"
        self.body.write_bytes(b"x" * 1_000_000)  # more than a socket takes at once

    def certificate(self, names):
        """A throw-away one that signs itself; the file holds its key too."""
        file = self.folder / "certificate.pem"
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=qr_load test", "-addext",
             f"subjectAltName={names}", "-keyout", "-", "-out", "-"],
            capture_output=True, timeout=TIMEOUT_S, check=True)
        file.write_bytes(made.stdout)
        return file

    def load(self, url, *flags):
        done = subprocess.run(
            [QR_LOAD, "--url", url, "--body", str(self.body), "--rate", "20", "--seconds", "0.5",
             "--timeout-ms", "20000", *map(str, flags)],
            capture_output=True, timeout=TIMEOUT_S, check=True)
        return json.loads(done.stdout), done.stderr.decode()

    def assert_all_answered(self, report, server):
        self.assertEqual({"200": 10}, report["total"]["statuses"], report)
        self.assertEqual([1_000_000] * 10, server.body_sizes)

    def assert_no_handshake(self, report, why):
        failures = {kind: count for kind, count in report["total"]["failures"].items() if count}
        self.assertEqual({"handshake": 10}, failures)
        self.assertIn(why, report["examples"]["handshake"])
        self.assertEqual(0, report["total"]["answered"])

    def test_verifies_a_certificate_and_names_its_host(self):
        file = self.certificate("DNS:localhost")
        with Server(file) as server:
            report, _ = self.load(f"https://localhost:{server.server_port}/", "--ca-file", file,
                                  "--connections-max", 1)
            self.assert_all_answered(report, server)
            self.assertEqual(["localhost"], server.names, "the connection is kept")
            self.assertEqual(1, server.connections)
            self.assertTrue(report["verified"])

    def test_verifies_an_address(self):
        file = self.certificate("IP:127.0.0.1")
        with Server(file) as server:
            report, _ = self.load(f"https://127.0.0.1:{server.server_port}/", "--ca-file", file)
            self.assert_all_answered(report, server)
            self.assertEqual({None}, set(server.names), "no address is sent as a name")

    def test_shakes_hands_for_each_request_where_no_connection_is_kept(self):
        file = self.certificate("DNS:localhost")
        with Server(file) as server:
            report, _ = self.load(f"https://localhost:{server.server_port}/", "--ca-file", file,
                                  "--no-keep-alive")
            self.assert_all_answered(report, server)
            self.assertEqual(10, server.connections)
            self.assertEqual(10, report["connections_opened"])

    def test_refuses_a_certificate_that_nobody_vouches_for(self):
        with Server(self.certificate("DNS:localhost")) as server:
            report, summary = self.load(f"https://localhost:{server.server_port}/")
            self.assert_no_handshake(report, "certificate: self-signed certificate")
            self.assertIn("failed (handshake), for example: certificate: self-signed", summary)
            self.assertEqual([], server.body_sizes)

    def test_refuses_a_certificate_of_another_host(self):
        for names, host, why in (("DNS:other.example", "localhost", "hostname mismatch"),
                                 ("DNS:localhost", "127.0.0.1", "IP address mismatch")):
            with self.subTest(host=host):
                file = self.certificate(names)
                with Server(file) as server:
                    report, _ = self.load(f"https://{host}:{server.server_port}/", "--ca-file",
                                          file)
                    self.assert_no_handshake(report, f"certificate: {why}")
                    self.assertEqual([], server.body_sizes)

    def test_takes_any_certificate_when_told_so(self):
        with Server(self.certificate("DNS:other.example")) as server:
            report, _ = self.load(f"https://localhost:{server.server_port}/", "--insecure")
            self.assert_all_answered(report, server)
            self.assertFalse(report["verified"])

    def test_counts_a_server_without_tls_as_a_failed_handshake(self):
        with Server() as server:
            report, _ = self.load(f"https://localhost:{server.server_port}/", "--insecure")
            self.assert_no_handshake(report, "wrong version number")

    def test_refuses_a_file_that_holds_no_certificate(self):
        done = subprocess.run(
            [QR_LOAD, "--url", "https://localhost:1/", "--rate", "1", "--seconds", "1",
             "--ca-file", str(self.body)],
            capture_output=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(3, done.returncode)
        self.assertIn(f"--ca-file: '{self.body}', allowed is a file of PEM certificates",
                      done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
