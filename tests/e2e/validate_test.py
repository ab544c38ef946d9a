"""The performance validation against real servers: what it passes, what it fails, and by which
exit status. No time is asserted: limits are out of every machine's reach, or of none's."""

import json
import os
import ssl
import subprocess
import sys
import unittest

import support
from tampering_proxy import Proxy, nudged, swapped
from validation import WIDE, ValidationTest

sys.path.insert(0, str(support.SOURCE / "tests" / "perf" / "validate"))

from validation_parts import write_judged_data  # noqa: E402

EMULATED = os.environ.get("STAND_IN_CUDA_MODULE", "")  # where the toolkit's headers are
OUT_OF_REACH_MS = 1e-6


class OnTheCpu(ValidationTest):
    def setUp(self):
        super().setUp()
        self.server = self.start("--backend", "cpu")

    def test_a_healthy_server_passes(self):
        result = self.validate(self.server.url, "--expect-device", "cpu")
        self.assertEqual(0, result.status, result.out + result.err)
        self.assertEqual([], result.missed())
        self.assertTrue(result.out.endswith("PASSED: everything required is met\n"), result.out)
        self.assertEqual(("met", "cpu"),
                         (result.device()["verdict"], result.device()["found"]))
        report = result.report
        self.assertEqual(self.server.request("GET", "/health").json()["version"],
                         report["version"])
        self.assertEqual(report["version"], report["build"])
        self.assertGreater(report["figures"]["resident_memory_mb"]["value"], 1)
        self.assertEqual(report["requests"]["sent"], report["requests"]["right"])
        self.assertEqual(3, report["figures"]["latency_50_json_p99_ms"]["count"])
        self.assertEqual("not measured", result.rows(what="accuracy_improvement")[0]["verdict"])
        self.assertEqual("no baseline", result.rows(kind="baseline")[0]["verdict"])
        self.assertLessEqual(max(map(len, result.out.splitlines())), 100)
        self.assertNotIn("\033", result.out)

    def test_a_gpu_that_is_expected_is_missed(self):
        result = self.validate(self.server.url, "--expect-device", "gpu")
        self.assertEqual(1, result.status)
        self.assertEqual(["device that served"], result.missed())
        self.assertIn("the server has no GPU: it chose backend 'cpu' (ready: every check passes)",
                      result.device()["why"])

    def test_a_budget_out_of_reach_fails_and_an_advisory_one_does_not(self):
        figure = "latency_100_binary_p50_ms"
        for required, status in ((True, 1), (False, 0)):
            changes = {figure: (OUT_OF_REACH_MS, required)}
            result = self.validate(self.server.url, changes=changes)
            self.assertEqual(status, result.status, result.out)
            self.assertEqual([figure] * required, result.missed())
            self.assertEqual("missed", result.rows(what=figure)[0]["verdict"])

    def test_a_fast_wrong_server_fails_and_is_not_timed(self):
        for spoil, why in ((swapped, "rank 1: document "), (nudged, "rank 1: score ")):
            with Proxy(self.server.port, spoil=spoil) as proxy:
                result = self.validate(proxy.url)
            self.assertEqual(1, result.status)
            self.assertIn("wrong_answers", result.missed())
            self.assertIn("latency_50_json_max_ms", result.missed())
            figure = result.report["figures"]["latency_50_json_max_ms"]
            self.assertIsNone(figure["value"])
            self.assertIn(f"the answer is wrong: {why}", figure["why"])

    def test_answers_other_than_200_are_counted(self):
        with Proxy(self.server.port, refuse_every=5) as proxy:
            result = self.validate(proxy.url)
        self.assertEqual((1, ["error_share"]), (result.status, result.missed()))
        self.assertGreater(result.report["requests"]["failures"]["status 503"], 1)

    def test_no_answer_and_not_ready_are_3(self):
        with support.socket.create_server(("127.0.0.1", 0)) as probe:
            closed = probe.getsockname()[1]
        result = self.validate(f"http://127.0.0.1:{closed}")
        self.assertEqual((3, None), (result.status, result.report), result.err)
        with Proxy(self.server.port, statuses={"/health/ready": 503}) as proxy:
            result = self.validate(proxy.url)
        self.assertEqual((3, None), (result.status, result.report))
        self.assertIn("/health/ready answered 503", result.err)

    def test_wrong_words_are_2_and_name_what_is_wrong(self):
        cases = ((("--budgets", "absent.toml"), "absent.toml"),
                 (("--accuracy-data", self.folder / "absent"), "found 0 folders"),
                 (("--api-key-file", self.folder / "absent"), "--api-key-file"),
                 (("--machine", "--"), "--machine"),
                 (("--no-such-option",), "--no-such-option"))
        for flags, word in cases:
            result = self.validate(self.server.url, *flags)
            self.assertEqual((2, None), (result.status, result.report), flags)
            self.assertIn(word, result.err)
        result = self.validate(self.server.url, measure={"repeat": 5})
        self.assertEqual(2, result.status)
        self.assertIn("measure.repeat: found an unknown key", result.err)

    def test_over_tls_with_the_right_certificate_alone(self):
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with Proxy(self.server.port, tls=context) as proxy:
            result = self.validate(proxy.url, "--ca-file", certificate)
            self.assertEqual(0, result.status, result.err)
            result = self.validate(proxy.url)
        self.assertEqual(3, result.status, result.out)
        self.assertIn("certificate", result.err)


class WithKey(ValidationTest):
    def test_a_key_is_needed_where_the_server_has_one(self):
        server = self.start("--backend", "cpu", env={"QR_API_KEY": "0123456789abcdef"})
        result = self.validate(server.url)
        self.assertEqual(2, result.status, result.err)
        self.assertIn("/health gives no details: give a valid key by --api-key-file", result.err)
        key = self.folder / "key"
        key.write_text("0123456789abcdef\n")
        result = self.validate(server.url, "--api-key-file", key)
        self.assertEqual(0, result.status, result.out + result.err)
        self.assertNotIn("0123456789abcdef", json.dumps(result.report) + result.out + result.err)


class Accuracy(ValidationTest):
    def test_is_that_of_cosine_and_the_guides_target_not_met(self):
        data = self.folder / "data"
        write_judged_data(data)
        server = self.start("--backend", "cpu")
        result = self.validate(server.url, "--accuracy-data", data)
        self.assertEqual(0, result.status, result.out + result.err)
        row = result.rows(what="accuracy_improvement")[0]
        self.assertEqual(("missed", 0.0, False), (row["verdict"], row["found"], row["required"]))
        self.assertIn("by construction", row["why"])
        found = result.report["accuracy"]
        self.assertEqual({"signed_fidelity", "fidelity", "bures_angle", "cosine", "dot"},
                         set(found["methods"]))
        for name in ("signed_fidelity", "cosine"):
            method = found["methods"][name]
            self.assertEqual(found["control_ndcg_10"], method["ndcg_10"])
            self.assertEqual(found["queries"], method["queries_ranked_as_control"])
        self.assertLess(0, found["methods"]["fidelity"]["ndcg_10"])
        binding = self.validate(server.url, "--accuracy-data", data,
                                changes={"accuracy_improvement": (0.1, True)})
        self.assertEqual((1, ["accuracy_improvement"]), (binding.status, binding.missed()))


class Baseline(ValidationTest):
    def setUp(self):
        super().setUp()
        self.server = self.start("--backend", "cpu")
        written = self.validate(self.server.url, "--machine", "Bench 1", "--write-baseline")
        self.assertEqual(0, written.status, written.out + written.err)
        self.path = self.results / "bench-1-validate.json"
        self.kept = json.loads(self.path.read_text())

    def again(self, **changes):
        return self.validate(self.server.url, "--machine", "Bench 1", **changes)

    def test_is_compared_with_later_runs(self):
        rows = self.again().rows(kind="baseline")
        self.assertEqual(10, len(rows))
        self.assertEqual(set(), {row["verdict"] for row in rows} - {"met", "missed"})

    def test_of_a_faster_past_is_missed(self):
        for figure in self.kept["figures"].values():
            figure["value"] *= 1e-6
        self.kept["figures"]["throughput_per_s"]["value"] = WIDE
        self.path.write_text(json.dumps(self.kept))
        # So much worse is more than any tolerance, but that of a rate ends at nothing.
        result = self.again(baseline={"worse_at_most": 0.1})
        self.assertEqual(1, result.status)
        self.assertEqual({"missed"}, {row["verdict"] for row in result.rows(kind="baseline")})
        advisory = self.again(baseline={"worse_at_most": 0.1, "required": False})
        self.assertEqual(0, advisory.status, advisory.out)

    def test_of_another_cpu_is_none(self):
        self.kept["setting"]["host_cpu"] = "another"
        self.path.write_text(json.dumps(self.kept))
        result = self.again()
        self.assertEqual(0, result.status)
        row = result.rows(kind="baseline")[0]
        self.assertEqual("no baseline", row["verdict"])
        self.assertIn("is of another host_cpu: 'another'", row["why"])

    def test_is_not_written_by_a_run_that_fails(self):
        self.path.unlink()
        result = self.validate(self.server.url, "--machine", "Bench 1", "--write-baseline",
                               changes={"latency_100_binary_p50_ms": (OUT_OF_REACH_MS, True)})
        self.assertEqual(1, result.status)
        self.assertFalse(self.path.exists())


@unittest.skipUnless(EMULATED, "no module on the emulated device was built")
class OnTheEmulatedDevice(ValidationTest):
    def start_device(self, backend="cuda", env=None):
        # The emulation takes its time; a slow answer is no loss here.
        return self.start("--backend", backend, "--cuda-module", EMULATED,
                          "--backend-timeout-ms", 60_000, env=env)

    def test_an_expected_gpu_is_met_and_another_one_is_not(self):
        server = self.start_device()
        for expected in ("gpu", "Emulated device", "emulated-device"):
            result = self.validate(server.url, "--expect-device", expected)
            self.assertEqual(0, result.status, result.out + result.err)
            self.assertEqual({"cuda": result.report["requests"]["right"]},
                             result.report["device"]["answers_by_compute_type"])
        for expected, why in (("NVIDIA H200", "the server's GPUs: Emulated device"),
                              ("cpu", "answers were computed elsewhere")):
            result = self.validate(server.url, "--expect-device", expected)
            self.assertEqual((1, ["device that served"]), (result.status, result.missed()))
            self.assertIn(why, result.device()["why"])

    def test_a_baseline_is_named_after_it(self):
        server = self.start_device()
        result = self.validate(server.url, "--write-baseline")
        self.assertEqual(0, result.status, result.out)
        self.assertEqual(["emulated-device-validate.json"],
                         [path.name for path in self.results.iterdir()])

    def test_a_lost_gpu_is_missed_with_the_servers_reason(self):
        loss = self.folder / "loss"
        server = self.start_device(env={"EMU_LOSS_FILE": str(loss)})
        loss.touch()
        server.wait_for("device_lost")
        result = self.validate(server.url, "--expect-device", "gpu")
        self.assertEqual((1, ["device that served"]), (result.status, result.missed()))
        self.assertIn("the run the server was degraded: ", result.device()["why"])
        message = server.request("GET", "/health").json()["failover"]["last_message"]
        self.assertIn(message, result.device()["why"])

    def test_a_router_that_never_chose_the_gpu_is_told(self):
        # What is small stays on the CPU, and the tests' large request is small.
        result = self.validate(self.start_device("auto").url, "--expect-device", "gpu")
        self.assertEqual((1, ["device that served"]), (result.status, result.missed()))
        self.assertIn("the CPU computed every answer", result.device()["why"])
        self.assertIn("batches routed to the CPU: small ", result.device()["why"])


if __name__ == "__main__":
    unittest.main()
