"""A run beside its baseline: nine per cent worse is met, eleven missed; unlike is not compared."""

import json
import pathlib
import tempfile
import types
import unittest

from validation_parts import VALIDATE

import baseline
import budgets
import client
import devices
import figures
import service
import verdicts
from figures import Figure

PLAN = budgets.read(VALIDATE / "budgets.toml")
COMPARED = [name for name, kind in figures.KINDS.items() if kind.is_compared]
LATENCY = "latency_100_binary_p50_ms"
CPU = {"name": "cpu", "device": "cpu", "role": "only", "threads": 2, "instruction_set": "avx2"}
GPU = {**CPU, "name": "cuda", "device": "NVIDIA H200", "devices": [{"name": "NVIDIA H200"}]}


def observation(chosen, kinds):
    health = service.Health("ready", "", "1", [chosen], {})
    return devices.Observation(health, health, kinds, {}, None)


def place(host="127.0.0.1", machine=None, chosen=CPU, kinds=None, measure=PLAN.measure):
    endpoint = types.SimpleNamespace(host=host)
    return baseline.place(endpoint, machine, observation(chosen, kinds or {"cpu": 3}), measure)


def compare(**changes):
    """Verdict words by figure, where the baseline has 100 of each."""
    found = {name: Figure(changes.get(name, 100.0)) for name in figures.KINDS}
    rows = baseline.compare(found, {name: 100.0 for name in COMPARED}, "", PLAN)
    return {row.what: row.verdict for row in rows}


class Comparison(unittest.TestCase):
    def test_holds_medians_and_throughput_alone(self):
        self.assertEqual(10, len(COMPARED))
        self.assertTrue(all("_p50_" in n or n == "throughput_per_s" for n in COMPARED), COMPARED)
        self.assertEqual(dict.fromkeys(COMPARED, "met"), compare())

    def test_nine_per_cent_worse_is_met_and_eleven_missed(self):
        for figure, nine, eleven in ((LATENCY, 109.0, 111.0), ("throughput_per_s", 91.0, 89.0)):
            self.assertEqual("met", compare(**{figure: nine})[figure])
            missed = {k for k, v in compare(**{figure: eleven}).items() if v == "missed"}
            self.assertEqual({figure}, missed)

    def test_better_is_met_however_much(self):
        self.assertEqual("met", compare(**{LATENCY: 1.0})[LATENCY])
        self.assertEqual("met", compare(throughput_per_s=900.0)["throughput_per_s"])

    def test_without_a_baseline_nothing_fails(self):
        rows = baseline.compare({}, None, "no file", PLAN)
        self.assertEqual([("no baseline", "no file")], [(row.verdict, row.why) for row in rows])
        self.assertEqual(0, verdicts.exit_status(rows))

    def test_what_was_not_measured_is_not_kept(self):
        self.assertEqual("not measured", compare(**{LATENCY: None})[LATENCY])


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, where):
        return baseline.write(self.folder, where, {"version": "1"},
                              {name: Figure(7.0, count=5) for name in figures.KINDS})

    def test_a_baseline_is_read_as_it_was_written(self):
        self.write(place())
        self.assertEqual(({name: 7.0 for name in COMPARED}, ""),
                         baseline.read(self.folder, place()))

    def test_is_named_after_the_device_that_served(self):
        on_gpu = place(chosen=GPU, kinds={"cuda": 3, "cpu": 1})
        self.assertEqual("nvidia-h200-validate.json", self.write(on_gpu).name)
        self.assertEqual("edge-1-validate.json", self.write(place(machine="Edge 1")).name)

    def test_another_host_backend_or_load_is_no_baseline(self):
        self.write(place(machine="a"))
        path = self.folder / "a-validate.json"
        for key, value in (("host_cpu", "another"), ("host_cores", 4096), ("threads", 64),
                           ("backend", "cuda"), ("clients", 99), ("client", "over a network")):
            changed = json.loads(path.read_text())
            changed["setting"][key] = value
            other = self.folder / "other"
            other.mkdir(exist_ok=True)
            (other / path.name).write_text(json.dumps(changed))
            found, why = baseline.read(other, place(machine="a"))
            self.assertIsNone(found)
            self.assertIn(f"is of another {key}: {value!r}", why)

    def test_a_remote_server_needs_its_hosts_name(self):
        self.assertEqual((None, "the server's host is not known; name it by --machine"),
                         baseline.read(self.folder, place(host="rerank.example")))
        with self.assertRaises(client.UsageError):
            self.write(place(host="rerank.example"))
        self.write(place(host="rerank.example", machine="node 7"))
        self.assertEqual("", baseline.read(
            self.folder, place(host="rerank.example", machine="node 7"))[1])

    def test_a_file_that_is_no_baseline_is_refused(self):
        for text in ("{", "{}", '{"setting": {}, "figures": {"a": 1}}', "[]"):
            (self.folder / f"{place().name}.json").write_text(text)
            with self.assertRaisesRegex(client.UsageError, "not a baseline"):
                baseline.read(self.folder, place())


if __name__ == "__main__":
    unittest.main()
