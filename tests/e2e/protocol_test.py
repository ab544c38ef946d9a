"""HTTP on the wire, as a client on a socket sees it: framing, refusals, headers, CORS."""

import json
import unittest

import support
from support import ServedTest

BODY = b'{"query": [1, 0], "documents": [[0.6, 0.8], [1, 0.1]]}'
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def post(*fields, body=BODY, close=True):
    lines = [b"POST /v1/rerank HTTP/1.1", b"Host: localhost", *fields]
    if close:
        lines.append(b"Connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def length(body=BODY):
    return b"Content-Length: %d" % len(body)


class Framing(ServedTest):
    def status(self, data):
        answer = self.server.raw(data)
        self.assertTrue(answer.startswith(b"HTTP/1.1 "), answer)
        return int(answer.split()[1])

    def test_a_plain_request_is_answered(self):
        self.assertEqual(200, self.status(post(length())))

    def test_a_chunked_body_is_joined(self):
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(BODY[i : i + 7]), BODY[i : i + 7])
                          for i in range(0, len(BODY), 7)) + b"0\r\n\r\n"
        self.assertEqual(200, self.status(post(b"Transfer-Encoding: chunked", body=chunks)))

    def test_smuggling_shapes_are_refused_and_the_connection_closed(self):
        shapes = {
            "both lengths": post(length(), b"Transfer-Encoding: chunked", close=False),
            "two lengths": post(length(), b"Content-Length: 3", close=False),
            "two equal lengths": post(length(), length(), close=False),
            "folded line": post(b"X-A: 1\r\n 2", length(), close=False),
            "no host": b"GET /health/live HTTP/1.1\r\n\r\n",
            "negative length": post(b"Content-Length: -1", close=False),
            "blank before the colon": post(b"Content-Length : 3", close=False),
            "unknown coding": post(b"Transfer-Encoding: gzip, chunked", close=False),
            "bad chunk size": post(b"Transfer-Encoding: chunked", body=b"zz\r\n", close=False),
        }
        for name, data in shapes.items():
            with self.subTest(name):
                # raw() returns only when the server closes: a kept connection would time out.
                self.assertIn(self.status(data), (400, 501))

    def test_a_head_is_bounded(self):
        self.assertEqual(431, self.status(post(b"X-Long: " + b"a" * 20_000, length())))
        many = [b"X-%d: 1" % i for i in range(100)]
        self.assertEqual(431, self.status(post(*many, length())))

    def test_pipelined_requests_are_answered_in_order(self):
        ids = [b"first", b"second", b"third"]
        data = b"".join(post(length(), b"X-Request-Id: " + i, close=i == ids[-1]) for i in ids)
        answer = self.server.raw(data)
        places = [answer.index(b'"id":"' + i + b'"') for i in ids]
        self.assertEqual(3, answer.count(b"HTTP/1.1 200"))
        self.assertEqual(sorted(places), places)

    def test_expect_is_answered_before_the_body_or_refused(self):
        with self.server.connect() as connection:
            connection.sendall(post(length(), b"Expect: 100-continue", body=b""))
            support.read_until(connection, b"HTTP/1.1 100 Continue\r\n\r\n")
            connection.sendall(BODY)
            self.assertIn(b" 200 ", support.read_to_end(connection).split(b"\r\n")[0])
        refused = self.server.raw(post(length(), b"Expect: 100-continue", body=b"")
                                  .replace(b"/v1/rerank", b"/v1/nowhere"))
        self.assertTrue(refused.startswith(b"HTTP/1.1 404 "), refused)

    def test_head_has_the_length_and_no_body(self):
        get = self.server.request("GET", "/health/live")
        answer = self.server.raw(b"HEAD /health/live HTTP/1.1\r\nHost: a\r\nConnection: close"
                                 b"\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 200 "), head)
        self.assertEqual(b"", body)
        self.assertIn(b"content-length: %d" % len(get.body), head.lower())

    def test_keep_alive_serves_many_requests_on_one_connection(self):
        with self.server.connect() as connection:
            for turn in range(50):
                connection.sendall(post(length(), b"X-Request-Id: turn-%d" % turn, close=False))
                self.assertEqual(f"turn-{turn}", support.read_answer(connection).json()["id"])


class Answers(ServedTest):
    def test_unknown_paths_and_verbs_are_told_apart(self):
        self.assert_error(404, self.server.request("GET", "/v1/nowhere"))
        answer = self.server.request("GET", "/v1/rerank")
        self.assert_error(405, answer)
        self.assertIn("POST", answer.headers["allow"])

    def test_a_content_type_is_refused_only_when_present_and_wrong(self):
        self.assertEqual(200, self.server.post("/v1/rerank", BODY, {"Content-Type": ""}).status)
        wrong = self.server.post("/v1/rerank", BODY, {"Content-Type": "text/csv"})
        self.assert_error(415, wrong)

    def test_a_request_id_is_echoed_or_replaced(self):
        kept = self.server.post("/v1/rerank", BODY, {"X-Request-Id": "a.b_c:d-1"})
        self.assertEqual("a.b_c:d-1", kept.headers["x-request-id"])
        self.assertEqual("a.b_c:d-1", kept.json()["id"])
        for bad in ("a b", "x" * 129, "ä"):
            replaced = self.server.post("/v1/rerank", BODY, {"X-Request-Id": bad.encode()})
            self.assertNotIn(replaced.headers["x-request-id"], ("", bad))

    def test_server_timing_names_the_stages(self):
        timing = self.server.post("/v1/rerank", BODY).headers["server-timing"]
        self.assertEqual(["parse", "queue", "score", "print"],
                         [part.strip().split(";")[0] for part in timing.split(",")])

    def test_a_deadline_that_cannot_be_met_is_504(self):
        vectors = [[1.0] * 256] * 2000
        request = {"queries": vectors[:256], "documents": vectors, "timeout_ms": 1}
        self.assert_error(504, self.server.post("/v1/rerank", request))


class Log(ServedTest):
    env = {"QR_API_KEY": "secret-key-17"}

    def test_is_one_json_line_a_request_without_bodies_vectors_or_keys(self):
        headers = {"Authorization": "Bearer secret-key-17", "traceparent": TRACE,
                   "X-Request-Id": "logged-1"}
        request = {"query": {"text": "a private text", "vector": [0.7182818, 0.1]},
                   "documents": [[0.7182818, 0.1]], "return_documents": True}
        self.assertEqual(200, self.server.post("/v1/rerank", request, headers).status)
        refused = self.server.post("/v1/rerank", request, {"Authorization": "Bearer other-key-4"})
        self.assert_error(401, refused)
        self.assertEqual(0, self.server.stop())
        lines = [line for line in self.server.lines if line]
        for line in lines:
            event = json.loads(line)
            self.assertLessEqual({"level", "event"}, event.keys(), line)
        # By status: answers are logged once they are out, so two connections may change places.
        posts = {e["status"]: e for e in self.server.events("request") if e["method"] == "POST"}
        self.assertEqual({200, 401}, posts.keys())
        self.assertEqual("logged-1", posts[200]["id"])
        self.assertEqual(TRACE, posts[200]["traceparent"])
        text = "".join(lines)
        for secret in ("7182818", "private", "secret-key-17", "other-key-4"):
            self.assertNotIn(secret, text)


class Keys(ServedTest):
    env = {"QR_API_KEY": "key-of-a-test"}

    def test_guard_everything_but_the_probes(self):
        for path in ("/metrics", "/v1/methods"):
            self.assert_error(401, self.server.request("GET", path))
            headers = {"Authorization": "Bearer key-of-a-test"}
            self.assertEqual(200, self.server.request("GET", path, headers=headers).status)
        for path in ("/health/live", "/health/ready", "/openapi.json"):
            self.assertEqual(200, self.server.request("GET", path).status)

    def test_open_the_details_of_health(self):
        self.assertEqual({"status"}, set(self.server.request("GET", "/health").json()))
        answer = self.server.request("GET", "/health",
                                     headers={"Authorization": "Bearer key-of-a-test"})
        self.assertIn("backends", answer.json())


class CrossOrigin(ServedTest):
    flags = ("--cors-allow-origin", "https://app.example")

    def preflight(self, origin):
        return self.server.request("OPTIONS", "/v1/rerank", headers={
            "Origin": origin, "Access-Control-Request-Method": "POST"})

    def test_a_named_origin_may_call(self):
        answer = self.preflight("https://app.example")
        self.assertEqual(204, answer.status)
        self.assertEqual("https://app.example", answer.headers["access-control-allow-origin"])
        self.assertIn("POST", answer.headers["access-control-allow-methods"])
        self.assertIn("authorization", answer.headers["access-control-allow-headers"].lower())
        scored = self.server.post("/v1/rerank", BODY, {"Origin": "https://app.example"})
        self.assertEqual("https://app.example", scored.headers["access-control-allow-origin"])

    def test_another_origin_may_not(self):
        answer = self.preflight("https://evil.example")
        self.assertNotIn("access-control-allow-origin", answer.headers)


if __name__ == "__main__":
    unittest.main()
