"""A proxy in front of a real server that spoils what it passes on, or speaks TLS for it.

No server of ours gives wrong answers on demand: what a validation must notice is made here, out of
true answers.
"""

import contextlib
import http.client
import http.server
import itertools
import json
import threading

import support


def swapped(answer):
    """The ranking's first two in the other order, scores as they stood: fast, plausible, wrong."""
    first, second = answer["results"][:2] if len(answer["results"]) > 1 else (None, None)
    if second:
        first["index"], second["index"] = second["index"], first["index"]
    return answer


def nudged(answer):
    answer["results"][0]["relevance_score"] += 1e-9
    return answer


class Proxy:
    """Entered as a context; `spoil` changes an answer of /v1/rerank, every `refuse_every`th request
    there is answered 503, and `statuses` are the answers of whole paths."""

    def __init__(self, port, spoil=None, refuse_every=None, statuses=None, tls=None):
        self._upstream = port
        self._spoil = spoil
        self._refuse_every = refuse_every
        self._statuses = statuses or {}
        self._number = itertools.count(1)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method, path, headers, body):
        """(status, content type and x-compute-type, body)."""
        if path in self._statuses:
            return self._statuses[path], {}, b"{}"
        is_rerank = path == "/v1/rerank"
        if is_rerank and self._refuse_every and next(self._number) % self._refuse_every == 0:
            return 503, {}, b"{}"
        connection = http.client.HTTPConnection("127.0.0.1", self._upstream,
                                                timeout=support.TIMEOUT_S)
        with contextlib.closing(connection):
            answer = support.exchange(connection, method, path, body, headers)
        fields = {name: answer.headers[name] for name in ("content-type", "x-compute-type")
                  if name in answer.headers}
        data = answer.body
        if is_rerank and self._spoil:
            data = json.dumps(self._spoil(json.loads(data))).encode()
        return answer.status, fields, data

    def _handler(self):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                kept = ("Content-Type", "Inference-Header-Content-Length", "Authorization")
                headers = {name: self.headers[name] for name in kept if name in self.headers}
                status, fields, data = proxy.answer(self.command, self.path, headers, body)
                self.send_response(status)
                for name, value in {**fields, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = _pass_on

            def log_message(self, *_):
                pass

        return Handler
