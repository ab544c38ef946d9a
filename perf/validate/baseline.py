"""What the same server showed before: kept in perf/results/<device>-validate.json, compared here.

Like is compared with like alone: the same device, backend, threads, host and load. Otherwise there
is no baseline, and why is said; that fails nothing.
"""

import dataclasses
import ipaddress
import json
import os

import client
import devices
import figures
import machines
from verdicts import MET, MISSED, NO_BASELINE, NOT_MEASURED, Verdict

LOAD = ("clients", "throughput_seconds", "repeats", "warm_up")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a baseline lies and what it must have in common with the run; or why it cannot lie."""

    name: str = ""
    setting: dict = dataclasses.field(default_factory=dict)
    why_none: str = ""


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(endpoint, machine):
    """What is known of the server's host, or None."""
    if _is_loopback(endpoint.host):
        return {"host": machines.slug(machine) if machine else machines.machine(),
                "host_cpu": machines.cpu_model(), "host_cores": os.cpu_count(),
                "client": "the same host"}
    if machine:
        return {"host": machines.slug(machine), "host_cpu": "not known", "host_cores": "not known",
                "client": "over a network"}
    return None


def place(endpoint, machine, observation, measure):
    """The Place of this run."""
    host = _host(endpoint, machine)
    if host is None:
        return Place(why_none="the server's host is not known; name it by --machine")
    chosen = observation.before.chosen
    on_gpu = bool(observation.kinds.get(devices.COMPUTE_TYPE_OF_GPU))
    device = chosen.get("device", "") if on_gpu else host["host"]
    setting = {"device": device, "backend": chosen.get("name"), "threads": chosen.get("threads"),
               "instruction_set": chosen.get("instruction_set"),
               "is_routed": observation.router is not None, **host,
               **{name: getattr(measure, name) for name in LOAD}}
    return Place(f"{machines.slug(device)}-validate", setting)


def read(folder, where):
    """(figures, "") of the baseline, or (None, why there is none)."""
    if where.why_none:
        return None, where.why_none
    path = folder / f"{where.name}.json"
    if not path.exists():
        return None, f"no {path}; --write-baseline makes it"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        setting = found["setting"]
        values = {name: figure["value"] for name, figure in found["figures"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise client.UsageError(f"{path}: not a baseline: {error!r}") from error
    for key, value in where.setting.items():
        if setting.get(key) != value:
            return None, f"{path} is of another {key}: {setting.get(key)!r}, here {value!r}"
    return values, ""


def _row(name, figure, old, budgets):
    kind = figures.KINDS[name]
    worse = budgets.worse_at_most
    is_lower = kind.is_better == "lower"
    allowed = old * (1 + worse) if is_lower else old * (1 - worse)
    is_met = figure.value <= allowed if is_lower else figure.value >= allowed
    change = f", {100 * (figure.value / old - 1):+.1f} %" if old else ""
    return Verdict("baseline", name, MET if is_met else MISSED, budgets.is_baseline_required,
                   found=figure.value, limit="<=" if is_lower else ">=", allowed=allowed,
                   unit=kind.unit, why=f"the baseline has {old:.4g} {kind.unit}{change}")


def compare(found, old, why_none, budgets):
    """A row for each figure that is compared; one row when there is no baseline."""
    if old is None:
        return [Verdict("baseline", "all figures", NO_BASELINE, budgets.is_baseline_required,
                        why=why_none)]
    rows = []
    for name, kind in figures.KINDS.items():
        if not kind.is_compared:
            continue
        row = {"kind": "baseline", "what": name, "required": budgets.is_baseline_required,
               "unit": kind.unit}
        if found[name].value is None:
            rows.append(Verdict(verdict=NOT_MEASURED, why=found[name].why, **row))
        elif old.get(name) is None:
            rows.append(Verdict(verdict=NO_BASELINE, found=found[name].value, **row))
        else:
            rows.append(_row(name, found[name], old[name], budgets))
    return rows


def write(folder, where, provenance, found):
    """The file that was written."""
    if where.why_none:
        raise client.UsageError(f"--write-baseline: {where.why_none}")
    path = folder / f"{where.name}.json"
    document = {"setting": where.setting, "provenance": provenance, "figures": {
        name: dataclasses.asdict(figure) for name, figure in found.items()
        if figures.KINDS[name].is_compared}}
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path
