"""perf/validate/validate.py as an operator runs it, against a server of the tests.

Its budgets are the tests' own: few requests, and limits so wide that only a fault misses them.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import support

PROGRAM = support.SOURCE / "perf" / "validate" / "validate.py"
WIDE = 1e9
BUDGETS = {
    "targets": (("latency_1_json_max_ms", "below", WIDE, True),
                ("latency_50_json_max_ms", "below", WIDE, True),
                ("resident_memory_mb", "below", WIDE, True),
                ("accuracy_improvement", "at_least", 0.1, False)),
    "budgets": (("latency_100_binary_p50_ms", "at_most", WIDE, True),
                ("throughput_per_s", "at_least", 0, True),
                ("error_share", "at_most", 0, True),
                ("wrong_answers", "at_most", 0, True),
                ("readiness_share", "at_least", 1, True)),
}
MEASURE = {"warm_up": 1, "repeats": 3, "seconds_max": 120, "clients": 2, "throughput_seconds": 0.2,
           "timeout_seconds": 60, "readiness_polls": 2, "gpu_queries": 4, "gpu_documents": 50,
           "accuracy_queries_max": 100}
BASELINE = {"worse_at_most": 10.0, "required": True}


def budgets_text(changes, measure, baseline):
    """`changes`: {figure: (limit's value, required)}."""
    lines = []
    for name, entries in BUDGETS.items():
        lines.append(f"{name} = [")
        for figure, limit, value, required in entries:
            value, required = changes.get(figure, (value, required))
            lines.append(f'  {{ figure = "{figure}", {limit} = {value}, origin = "a test", '
                         f"required = {str(required).lower()} }},")
        lines.append("]")
    for name, table in (("measure", MEASURE | measure), ("baseline", BASELINE | baseline)):
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines)


class Result:
    def __init__(self, process, report):
        self.status = process.returncode
        self.out, self.err = process.stdout, process.stderr
        self.report = report  # None where none was written

    def rows(self, **wanted):
        return [row for row in self.report["verdicts"]
                if all(row[key] == value for key, value in wanted.items())]

    def missed(self):
        """What is required and not met."""
        return [row["what"] for row in self.rows(required=True)
                if row["verdict"] in ("missed", "not measured")]

    def device(self):
        return self.rows(kind="device")[0]


class ValidationTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.results = self.folder / "results"

    def start(self, *flags, env=None):
        server = support.Server(*flags, env=env)
        server.__enter__()
        self.addCleanup(lambda: server.__exit__(None, None, None))
        return server

    def validate(self, url, *flags, changes=None, measure=None, baseline=None):
        budgets = self.folder / "budgets.toml"
        budgets.write_text(budgets_text(changes or {}, measure or {}, baseline or {}))
        output = self.folder / "report.json"
        output.unlink(missing_ok=True)
        process = subprocess.run(
            [sys.executable, "-B", PROGRAM, "--url", url, "--budgets", budgets, "--output", output,
             "--results-folder", self.results, *map(str, flags)],
            capture_output=True, text=True, env=support.environment(), check=False,
            timeout=4 * support.TIMEOUT_S)
        report = json.loads(output.read_text()) if output.exists() else None
        return Result(process, report)
