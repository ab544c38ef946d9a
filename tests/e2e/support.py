"""A server process, an HTTP client and vectors: what the end-to-end tests share.

The binary comes from QR_BINARY. Each test starts its own server on a free port, with an environment
free of QR_ variables, and reads the port from the server's own log, so tests run side by side.
"""

import array
import base64
import contextlib
import http.client
import json
import math
import os
import pathlib
import random
import signal
import socket
import subprocess
import threading
import time
import unittest

BINARY = os.environ.get("QR_BINARY", "build/dev/bin/quantumrerank")
SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
SAMPLE = SOURCE / "samples" / "scifact_claim"
TIMEOUT_S = 60  # of any single wait: a sanitizer build on a busy machine is slow


def environment(extra=None):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QR_")}
    return {**clean, **(extra or {})}


def run(*arguments, stdin=None, env=None, wrapper=()):
    """The program run to its end; stdin is bytes, `wrapper` a command that runs it."""
    return subprocess.run([*wrapper, BINARY, *map(str, arguments)], input=stdin or b"",
                          timeout=TIMEOUT_S, capture_output=True, env=environment(env), check=False)


def is_sanitized():
    """Whether the binary was built with AddressSanitizer."""
    return b"__asan_init" in pathlib.Path(BINARY).read_bytes()


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # names in lower case
        self.body = body

    def json(self):
        return json.loads(self.body)


class Server:
    """`quantumrerank serve`, ready to answer once entered as a context."""

    def __init__(self, *flags, env=None):
        command = [BINARY, "serve", "--hostname", "127.0.0.1", "--port", "0", *map(str, flags)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment(env))
        self.lines = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line.decode())
                self._changed.notify_all()
        with self._changed:
            self.lines.append("")  # the end
            self._changed.notify_all()

    def events(self, name):
        """The log lines so far that report this event."""
        with self._changed:
            lines = [line for line in self.lines if line.strip()]
        parsed = []
        for line in lines:
            with contextlib.suppress(json.JSONDecodeError):
                parsed.append(json.loads(line))
        return [line for line in parsed if line.get("event") == name]

    def wait_for(self, name, count=1):
        """The first `count` log lines of this event."""
        return self._wait(lambda: self.events(name), count, f"{count} x '{name}'")

    def wait_for_event(self, name, is_wanted):
        """The first log line of this event that is wanted."""
        def find():
            return list(filter(is_wanted, self.events(name)))

        return self._wait(find, 1, f"such '{name}'")[0]

    def _wait(self, find, count, what):
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            found = find()
            if len(found) >= count:
                return found[:count]
            with self._changed:
                is_over = self.lines and not self.lines[-1]
                if is_over or not self._changed.wait(max(0, deadline - time.monotonic())):
                    raise AssertionError(f"no {what} in the log: {self.lines[-20:]}")

    def __enter__(self):
        try:
            self.port = self.wait_for("server_started")[0]["port"]
            deadline = time.monotonic() + TIMEOUT_S
            while self.request("GET", "/health/ready").status != 200:
                if time.monotonic() > deadline:
                    raise AssertionError(f"never ready: {self.lines}")
                time.sleep(0.01)
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        try:
            code = self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self._reader.join(TIMEOUT_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def request(self, method, path, body=None, headers=None):
        """One request on a connection of its own. A dict is sent as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            return exchange(connection, method, path, body, headers)
        finally:
            connection.close()

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def raw(self, data):
        """Bytes in, and every byte the server sends until it closes the connection."""
        with self.connect() as connection:
            connection.sendall(data)
            return read_to_end(connection)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), TIMEOUT_S)


def exchange(connection, method, path, body=None, headers=None):
    headers = dict(headers or {})
    if isinstance(body, dict):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    fields = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, fields, response.read())


def read_to_end(connection):
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def read_until(connection, mark):
    data = b""
    while mark not in data:
        part = connection.recv(65536)
        if not part:
            raise AssertionError(f"the connection closed before {mark!r}: {data!r}")
        data += part
    return data


def read_answer(connection):
    """One answer off a connection that stays open."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    fields = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, fields, response.read())


class ServedTest(unittest.TestCase):
    """A server around each test; at the end it must stop cleanly and have logged no error."""

    flags = ()
    env = None

    def setUp(self):
        self.server = Server(*self.flags, env=self.env)
        self.server.__enter__()
        self.addCleanup(self._stop)

    def _stop(self):
        if self.server.process.poll() is None:
            self.assertEqual(0, self.server.stop(), self.server.lines)
        errors = [line for line in self.server.lines if '"level":"error"' in line]
        self.assertEqual([], errors)

    def rerank(self, request, headers=None):
        answer = self.server.post("/v1/rerank", request, headers)
        self.assertEqual(200, answer.status, answer.body)
        return answer.json()

    def assert_error(self, status, answer, **fields):
        """An error answer of that status, in the native shape, whose fields are these."""
        self.assertEqual(status, answer.status, answer.body)
        error = answer.json()["error"]
        self.assertEqual(status, error["code"])
        for name, value in fields.items():
            self.assertEqual(value, error[name], error)


def float32(values):
    """The values as the server will see them."""
    return array.array("f", values)


def to_base64(values):
    return base64.b64encode(float32(values).tobytes()).decode()


def random_vectors(seed, count, dimension):
    source = random.Random(seed)
    return [float32(source.gauss(0, 1) for _ in range(dimension)) for _ in range(count)]


def dot(a, b):
    return math.fsum(x * y for x, y in zip(a, b))


def cosine(a, b):
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def signed_fidelity(a, b):
    return ((1 + cosine(a, b)) / 2) ** 2


def binary_body(header, *tensors):
    """(body, headers) of the binary form: JSON, then little-endian float32."""
    text = json.dumps(header).encode()
    body = text + b"".join(float32(tensor).tobytes() for tensor in tensors)
    return body, {"Content-Type": "application/octet-stream",
                  "Inference-Header-Content-Length": str(len(text))}
