"""HTTP to the server that is validated: one kept connection, times, and failures as values."""

import dataclasses
import http.client
import json
import ssl
import time
import urllib.parse

ANSWER_BYTES_MAX = 256 << 20


class UsageError(Exception):
    """What the operator gave cannot be used; the message says why."""


class NotReachable(Exception):
    """The server does not answer, or is not ready."""


@dataclasses.dataclass(frozen=True)
class Reply:
    status: int | None  # None: there was no answer, and `failure` says why
    headers: dict  # names in lower case
    data: bytes
    seconds: float
    failure: str = ""

    def json(self):
        """The body's object, or None where it is none."""
        try:
            found = json.loads(self.data)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


class Endpoint:
    """Where the server is and how to speak to it."""

    def __init__(self, url, key=None, ca_file=None, timeout_seconds=30.0):
        parts = urllib.parse.urlsplit(url)
        try:
            port = parts.port
        except ValueError as error:
            raise UsageError(f"--url: found {url}: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise UsageError(f"--url: found {url!r}, allowed http(s)://HOST[:PORT][/PREFIX]")
        if parts.username is not None:
            raise UsageError("--url: found a user name, allowed is a key by --api-key-file")
        if ca_file and parts.scheme == "http":
            raise UsageError("--ca-file: found with http, allowed with https")
        self.url = url
        self.host, self.port = parts.hostname, port
        self.prefix = parts.path.rstrip("/")
        self.timeout_seconds = timeout_seconds
        self.fields = {"Authorization": f"Bearer {key}"} if key else {}
        self._tls = None
        if parts.scheme == "https":
            try:
                self._tls = ssl.create_default_context(cafile=ca_file)
            except OSError as error:
                raise UsageError(f"--ca-file {ca_file}: {error}") from error

    def connect(self):
        return Connection(self)

    def new_connection(self):
        if self._tls:
            return http.client.HTTPSConnection(self.host, self.port, context=self._tls,
                                               timeout=self.timeout_seconds)
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout_seconds)

    def get(self, path):
        """One answer on a connection of its own."""
        with self.connect() as connection:
            return connection.send("GET", path)


class Connection:
    """Kept open over its requests; opened anew after a failure."""

    def __init__(self, endpoint):
        self._endpoint = endpoint
        self._connection = endpoint.new_connection()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def send(self, method, path, body=None, headers=None):
        """A Reply, whatever happens on the way."""
        fields = {**(headers or {}), **self._endpoint.fields}
        began = time.perf_counter()
        try:
            self._connection.request(method, self._endpoint.prefix + path, body, fields)
            response = self._connection.getresponse()
            data = response.read(ANSWER_BYTES_MAX)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            why = str(error) or type(error).__name__
            return Reply(None, {}, b"", time.perf_counter() - began, why)
        took = time.perf_counter() - began
        if not response.isclosed():
            self._connection.close()
            why = ("the answer ended early" if len(data) < ANSWER_BYTES_MAX
                   else f"an answer of more than {ANSWER_BYTES_MAX} bytes")
            return Reply(None, {}, b"", took, why)
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, found, data, took)

    def post(self, path, body):
        """A body of perf/shared/bodies.py."""
        return self.send("POST", path, body.data, body.headers)


def read_key(path):
    """The API key in the first line of a file."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--api-key-file {path}: {error}") from error
    if not lines or not lines[0].strip():
        raise UsageError(f"--api-key-file {path}: found no key in its first line")
    return lines[0].strip()
