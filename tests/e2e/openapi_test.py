"""The OpenAPI document and the server hold each other: routes, schemas, examples, the docs page."""

import http.client
import json
import re
import subprocess
import tempfile
import unittest

import jsonschema
import support
from support import ServedTest


class Document(ServedTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.flags = ("--data-dir", f"{folder.name}/data", "--snapshot-dir", folder.name)
        super().setUp()
        self.api = self.server.request("GET", "/openapi.json").json()

    def prepare(self, path):
        """What the examples about collections find: three documents and a snapshot of them."""
        self.server.request("DELETE", "/v1/collections/papers")
        self.server.request("DELETE", "/v1/collections/papers-copy")
        if "/collections" not in path:
            return
        self.server.request("PUT", "/v1/collections/papers", {"dimension": 3})
        documents = [{"id": "a", "vector": [1, 0, 0], "text": "first", "tags": ["even"],
                      "numbers": {"year": 2000}},
                     {"id": "b", "vector": [0.6, 0.8, 0], "numbers": {"year": 1980}},
                     {"id": "c", "vector": [0, 0, 1], "tags": ["even"]}]
        self.server.post("/v1/collections/papers/documents", {"documents": documents})
        # The first of these makes it, the others find it there.
        self.server.post("/v1/collections/papers/export", {"folder": "papers-nightly"})

    def operations(self):
        for path, item in self.api["paths"].items():
            for verb, operation in item.items():
                yield path, verb.upper(), operation

    def resolve(self, item):
        """What a reference stands for; anything else as it is."""
        if "$ref" not in item:
            return item
        at = self.api
        for key in item["$ref"].split("/")[1:]:
            at = at[key]
        return at

    def sample(self, path, operation):
        """The path with the examples of its parameters in their places."""
        for parameter in map(self.resolve, operation.get("parameters", [])):
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        return path

    @staticmethod
    def success(operation):
        return min(status for status in operation["responses"] if status.startswith("2"))

    def schema(self, operation, status):
        response = operation["responses"][str(status)]
        if "$ref" in response:
            response = self.api["components"]["responses"][response["$ref"].split("/")[-1]]
        return response["content"]["application/json"]["schema"]

    def validate(self, value, schema):
        whole = {**schema, "components": self.api["components"]}
        jsonschema.Draft202012Validator(whole).validate(value)

    def assert_close(self, expected, found, place=""):
        """Equal, but for the last digits of numbers; what the example leaves out may be there."""
        if isinstance(expected, dict):
            for key, value in expected.items():
                if key not in ("id", "backend") or place:
                    self.assert_close(value, found[key], f"{place}/{key}")
        elif isinstance(expected, list):
            self.assertEqual(len(expected), len(found), place)
            for index, value in enumerate(expected):
                self.assert_close(value, found[index], f"{place}/{index}")
        elif isinstance(expected, float):
            self.assertAlmostEqual(expected, found, delta=1e-12, msg=place)
        else:
            self.assertEqual(expected, found, place)

    def test_is_openapi_3_1_and_its_references_resolve(self):
        self.assertTrue(self.api["openapi"].startswith("3.1"))
        for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(self.api)):
            at = self.api
            for key in reference.split("/"):
                self.assertIn(key, at, reference)
                at = at[key]

    def test_every_documented_route_is_served(self):
        for path, verb, operation in self.operations():
            self.prepare(path)
            status = self.server.request(verb, self.sample(path, operation)).status
            self.assertNotIn(status, (404, 405), f"{verb} {path}")

    def test_every_served_route_is_documented(self):
        metrics = self.server.request("GET", "/metrics").body.decode()
        routes = set(re.findall(r'route="(/[^"]*)"', metrics))
        self.assertTrue(routes)
        self.assertEqual(routes, set(self.api["paths"]))

    def test_request_examples_are_valid_and_give_the_answer_examples(self):
        tried = 0
        for path, verb, operation in self.operations():
            if "requestBody" not in operation:
                continue
            content = operation["requestBody"]["content"]["application/json"]
            status = int(self.success(operation))
            answers = operation["responses"][str(status)]
            answers = answers["content"]["application/json"]["examples"]
            for name, example in content["examples"].items():
                with self.subTest(f"{verb} {path}: {name}"):
                    self.validate(example["value"], content["schema"])
                    if "/collections" not in path:  # theirs show a part of the answer
                        self.validate(answers[name]["value"], self.schema(operation, status))
                    self.prepare(path)
                    answer = self.server.request(verb, self.sample(path, operation),
                                                 example["value"])
                    self.assertEqual(status, answer.status, answer.body)
                    self.validate(answer.json(), self.schema(operation, status))
                    self.assert_close(answers[name]["value"], answer.json())
                    tried += 1
        self.assertGreaterEqual(tried, 4)

    def test_answers_without_a_body_to_send_match_their_schemas(self):
        for path, verb, operation in self.operations():
            content = operation["responses"].get("200", {}).get("content", {})
            if verb == "GET" and "application/json" in content:
                self.prepare(path)
                answer = self.server.request(verb, self.sample(path, operation))
                self.assertEqual(200, answer.status, path)
                self.assertEqual("application/json", answer.headers["content-type"], path)
                self.validate(answer.json(), self.schema(operation, 200))

    def test_errors_match_their_schema(self):
        rerank = self.api["paths"]["/v1/rerank"]["post"]
        bodies = {400: b"{", 422: {"query": [1], "documents": []}}
        for status, body in bodies.items():
            answer = self.server.post("/v1/rerank", body)
            self.assertEqual(status, answer.status, answer.body)
            self.validate(answer.json(), self.schema(rerank, status))

    def test_every_operation_has_one_id(self):
        ids = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(ids), len(set(ids)))

    def test_methods_are_the_documented_ones(self):
        listed = [m["name"] for m in self.server.request("GET", "/v1/methods").json()["methods"]]
        documented = self.api["components"]["schemas"]["Method"]["enum"]
        self.assertEqual(listed, [name for name in documented if name])
        for method in listed:
            request = {"query": [1, 2], "documents": [[2, 1]], "method": method}
            self.assertEqual(method, self.server.post("/v1/rerank", request).json()["method"])


class Docs(ServedTest):
    def test_the_page_loads_nothing_from_elsewhere(self):
        page = self.server.request("GET", "/docs")
        self.assertEqual(200, page.status)
        self.assertIn("text/html", page.headers["content-type"])
        self.assertIn("default-src 'none'", page.headers["content-security-policy"])
        loaded = re.findall(r'(?:src|href)="([^"#]+)"', page.body.decode())
        for address in loaded:
            self.assertTrue(address.startswith(("/", "data:")), address)
        for address in (a for a in loaded if a.startswith("/")):
            self.assertEqual(200, self.server.request("GET", address).status, address)


class Metrics(ServedTest):
    def test_pass_promtool_and_count_requests(self):
        # On one connection: an exchange is counted before the next is read.
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        for _ in range(3):
            request = {"query": [1], "documents": [[1], [2]]}
            support.exchange(connection, "POST", "/v1/rerank", request)
        text = support.exchange(connection, "GET", "/metrics").body
        connection.close()
        lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                              timeout=support.TIMEOUT_S, check=False)
        self.assertEqual((0, b""), (lint.returncode, lint.stdout + lint.stderr))
        self.assertRegex(text.decode(), r'qr_\w+\{[^}]*route="/v1/rerank"[^}]*\} 3\b')

    def test_have_as_many_series_whatever_clients_send(self):
        def series():
            text = self.server.request("GET", "/metrics").body.decode()
            return {line.rsplit(" ", 1)[0] for line in text.splitlines() if line[:1] != "#"}

        before = series()
        for number in range(20):
            self.server.request("GET", f"/made/up/{number}")
            self.server.request("POST", "/v1/rerank", b"{", {"X-Request-Id": f"id-{number}"})
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
            support.exchange(connection, f"VERB{number}", "/v1/rerank")
            connection.close()
        self.assertEqual(before, series())


if __name__ == "__main__":
    unittest.main()
