"""Holds a running server to the founding guide's targets, to our budgets and to its own past.

    validate.py --url http://HOST:PORT [--expect-device cpu|gpu|NAME] [--output FILE.json] ...

Exit status: 0 everything required is met; 1 something required is not; 2 a wrong command line,
budgets file or data set; 3 the server does not answer or is not ready. docs/VALIDATION.md explains
figures and verdicts. Only the standard library is needed.
"""

import argparse
import dataclasses
import datetime
import json
import pathlib
import platform
import sys

if sys.version_info < (3, 11):  # status 1 would say that the server missed something
    print("validate.py: found Python " + platform.python_version() + ", allowed 3.11 and newer",
          file=sys.stderr)
    sys.exit(2)

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "shared"))

import accuracy  # noqa: E402
import baseline  # noqa: E402
import beir  # noqa: E402
import budgets  # noqa: E402
import client  # noqa: E402
import devices  # noqa: E402
import figures  # noqa: E402
import load  # noqa: E402
import machines  # noqa: E402
import report  # noqa: E402
import service  # noqa: E402
import verdicts  # noqa: E402
from figures import Figure  # noqa: E402

RESULTS = HERE.parent / "results"
MB = 1e6


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", required=True, help="http(s)://HOST[:PORT][/PREFIX]")
    parser.add_argument("--api-key-file", type=pathlib.Path, help="the key in its first line")
    parser.add_argument("--ca-file", help="certificates that sign the server's, for https")
    parser.add_argument("--budgets", type=pathlib.Path, default=HERE / "budgets.toml")
    parser.add_argument("--expect-device", metavar="cpu|gpu|NAME",
                        help="what must have computed the answers; NAME as /health has it")
    parser.add_argument("--accuracy-data", type=pathlib.Path, metavar="FOLDER",
                        help="a judged data set in BEIR's layout, with embeddings")
    parser.add_argument("--embeddings", metavar="NAME", help="which folder of embeddings in there")
    parser.add_argument("--results-folder", type=pathlib.Path, default=RESULTS,
                        help="where baselines lie")
    parser.add_argument("--machine", help="what the server's host is called, when it is not this "
                                          "one: without it a remote server has no baseline")
    parser.add_argument("--write-baseline", action="store_true",
                        help="keep this run as the baseline instead of comparing with it")
    parser.add_argument("--output", type=pathlib.Path, metavar="FILE", help="the report as JSON")
    found = parser.parse_args(arguments)
    if found.machine is not None and not machines.slug(found.machine):
        parser.error(f"--machine: found {found.machine!r}, allowed a name with a letter or digit")
    return found


def measure_memory(metrics):
    name = "process_resident_memory_bytes"
    value = metrics and metrics.value(name)
    return Figure(value / MB) if value else Figure(why=f"/metrics does not show {name}")


@dataclasses.dataclass
class Run:
    """What was measured, before anything is judged."""

    observation: devices.Observation
    figures: dict
    counts: object
    build: str


def observe(before, scrapes, load_run, endpoint):
    try:
        after = service.read_health(endpoint)
    except (client.NotReachable, client.UsageError):
        after = None
    return devices.Observation(before, after, dict(load_run.counts.kinds),
                               dict(load_run.counts.backends), devices.host_decisions(*scrapes))


def measure(endpoint, measure_plan, expected):
    """The Run: loads from the smallest to the largest, so that memory is read after the largest."""
    before, first = service.read_health(endpoint), service.read_metrics(endpoint)
    run = load.Load(endpoint, measure_plan)
    found = {"readiness_p99_ms": run.readiness()}
    for documents in figures.DOCUMENT_COUNTS:
        print(f"{documents} documents ...", file=sys.stderr)
        found.update(run.latencies(documents))
    print(f"{measure_plan.clients} clients at once ...", file=sys.stderr)
    found["throughput_per_s"] = run.throughput()
    last = service.read_metrics(endpoint)
    found["resident_memory_mb"] = measure_memory(last)
    observation = observe(before, (first, last), run, endpoint)
    if devices.needs_large_request(expected, observation):
        run.search()
        last = service.read_metrics(endpoint)
        observation = observe(before, (first, last), run, endpoint)
    found.update(run.totals())
    build = last.label("qr_build_info", "version") if last else ""
    return Run(observation, found, run.counts, build)


def provenance(arguments, endpoint, run):
    return {"url": endpoint.url, "version": run.observation.before.version, "build": run.build,
            "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "budgets": arguments.budgets.name,
            "client": {"machine": machines.machine(), "cpu": machines.cpu_model(),
                       "python": platform.python_version()}}


def judge(arguments, plan, run, where):
    """The rows, and the path of a baseline that was written or None."""
    rows = [devices.judge(arguments.expect_device, run.observation)]
    rows += [verdicts.of_budget(budget, run.figures.get(budget.figure)) for budget in plan.budgets]
    if not arguments.write_baseline:
        old, why_none = baseline.read(arguments.results_folder, where)
        rows += baseline.compare(run.figures, old, why_none, plan)
    return rows


def describe(run):
    """The parts of the report that are neither figure nor verdict."""
    before, after = run.observation.before, run.observation.after
    counts = run.counts
    return {
        "device": {"before": {"status": before.status, "backends": before.backends},
                   "after": after and {"status": after.status, "backends": after.backends},
                   "answers_by_backend": dict(counts.backends),
                   "answers_by_compute_type": dict(counts.kinds),
                   "batches_routed_to_cpu": run.observation.router},
        "requests": {"sent": counts.sent, "right": counts.right, "wrong": counts.wrong,
                     "failures": dict(counts.failures), "wrong_examples": counts.wrong_examples}}


def validate(arguments):
    plan = budgets.read(arguments.budgets)
    data = (beir.read(arguments.accuracy_data, arguments.embeddings,
                      plan.measure.accuracy_queries_max) if arguments.accuracy_data else None)
    key = client.read_key(arguments.api_key_file) if arguments.api_key_file else None
    endpoint = client.Endpoint(arguments.url, key, arguments.ca_file, plan.measure.timeout_seconds)
    service.require_ready(endpoint)
    run = measure(endpoint, plan.measure, arguments.expect_device)
    details = None
    run.figures["accuracy_improvement"] = Figure(why="no --accuracy-data was given")
    if data:
        print(f"accuracy on {data.name} ...", file=sys.stderr)
        run.figures["accuracy_improvement"], details = accuracy.measure(endpoint, data)
    where = baseline.place(endpoint, arguments.machine, run.observation, plan.measure)
    rows = judge(arguments, plan, run, where)
    status = verdicts.exit_status(rows)
    origin = provenance(arguments, endpoint, run)
    if arguments.write_baseline:
        keep(arguments, where, origin, run, status)
    result = {**origin, "exit_status": status, **describe(run), "setting": where.setting,
              "figures": {name: dataclasses.asdict(figure)
                          for name, figure in sorted(run.figures.items())},
              "accuracy": details}
    return result, rows


def keep(arguments, where, origin, run, status):
    """A run that does not keep what is required is nothing to measure later ones by."""
    if status:
        print("no baseline was written: something required is not met", file=sys.stderr)
        return
    path = baseline.write(arguments.results_folder, where, origin, run.figures)
    print(f"written: {path}", file=sys.stderr)


def main(words):
    arguments = parse_arguments(words)
    try:
        result, rows = validate(arguments)
        print(report.table(result, rows, report.has_colour(sys.stdout)))
        if arguments.output:
            text = json.dumps(report.as_json(result, rows), indent=1, allow_nan=False)
            arguments.output.write_text(text + "\n", encoding="utf-8")
    except client.NotReachable as error:
        print(f"validate.py: {error}", file=sys.stderr)
        return 3
    except (budgets.BudgetsError, client.UsageError, OSError) as error:
        print(f"validate.py: {error}", file=sys.stderr)
        return 2
    return result["exit_status"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
