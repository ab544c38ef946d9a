"""Reads budgets.toml: what is measured, and what each figure must keep.

Nothing unknown, missing or out of range passes: a budget that is misspelt would be one that never
fails.
"""

import dataclasses
import tomllib

import figures

LIMITS = {"at_most": "<=", "below": "<", "at_least": ">="}
UPPER = ("at_most", "below")  # limits of figures of which less is better


class BudgetsError(Exception):
    """A sentence that names the key, what was found and what is allowed."""


@dataclasses.dataclass(frozen=True)
class Measure:
    """How much is asked of the server; [measure] in the file."""

    warm_up: int
    repeats: int
    seconds_max: float
    clients: int
    throughput_seconds: float
    timeout_seconds: float
    readiness_polls: int
    gpu_queries: int
    gpu_documents: int
    accuracy_queries_max: int


# (kind, lowest, highest)
_MEASURE = {
    "warm_up": (int, 0, 10_000),
    "repeats": (int, 1, 100_000),
    "seconds_max": (float, 0.1, 600),
    "clients": (int, 1, 256),
    "throughput_seconds": (float, 0.1, 300),
    "timeout_seconds": (float, 0.1, 600),
    "readiness_polls": (int, 1, 1000),
    "gpu_queries": (int, 1, 512),
    "gpu_documents": (int, 10, 10_000),
    "accuracy_queries_max": (int, 1, 100_000),
}


@dataclasses.dataclass(frozen=True)
class Budget:
    kind: str  # "target": of the founding guide; "budget": ours
    figure: str
    limit: str  # a key of LIMITS
    allowed: float
    required: bool
    origin: str

    def is_met(self, value):
        return {"at_most": value <= self.allowed, "below": value < self.allowed,
                "at_least": value >= self.allowed}[self.limit]


@dataclasses.dataclass(frozen=True)
class Budgets:
    measure: Measure
    budgets: list
    worse_at_most: float  # than the baseline, as a share of it
    is_baseline_required: bool


def _refuse(key, found, allowed):
    raise BudgetsError(f"{key}: found {found}, allowed {allowed}")


def _table(found, key, wanted):
    """The table, which has exactly the wanted keys."""
    if not isinstance(found, dict):
        _refuse(key, repr(found), "a table")
    for name in found:
        if name not in wanted:
            _refuse(f"{key}.{name}" if key else name, "an unknown key", ", ".join(wanted))
    for name in wanted:
        if name not in found:
            _refuse(f"{key}.{name}" if key else name, "nothing", "a value")
    return found


def _number(found, key, kind, lowest, highest):
    allowed = f"{'a whole number' if kind is int else 'a number'} {lowest}..{highest}"
    kinds = (int,) if kind is int else (int, float)
    if isinstance(found, bool) or not isinstance(found, kinds):
        _refuse(key, repr(found), allowed)
    if not lowest <= found <= highest:  # NaN neither
        _refuse(key, repr(found), allowed)
    return kind(found)


def _truth(found, key):
    if not isinstance(found, bool):
        _refuse(key, repr(found), "true or false")
    return found


def _budget(found, kind, key):
    if not isinstance(found, dict):
        _refuse(key, repr(found), "a table")
    limits = [limit for limit in LIMITS if limit in found]
    if len(limits) != 1:
        _refuse(key, " and ".join(limits) or "no limit", "one of " + ", ".join(LIMITS))
    limit = limits[0]
    _table(found, key, ("figure", limit, "required", "origin"))
    figure = found["figure"]
    if not isinstance(figure, str) or figure not in figures.KINDS:
        _refuse(f"{key}.figure", repr(figure), ", ".join(figures.KINDS))
    is_lower_better = figures.KINDS[figure].is_better == "lower"
    if is_lower_better != (limit in UPPER):
        _refuse(f"{key}.{limit}", f"a limit of {figure}", "at_most or below where less is better "
                "(latency, memory, errors), at_least where more is")
    if not isinstance(found["origin"], str) or not found["origin"]:
        _refuse(f"{key}.origin", repr(found["origin"]), "a text that says where it comes from")
    allowed = _number(found[limit], f"{key}.{limit}", float, 0, 1e15)
    return Budget(kind, figure, limit, allowed, _truth(found["required"], f"{key}.required"),
                  found["origin"])


def _budgets(found, kind, name):
    if not isinstance(found, list):
        _refuse(name, repr(found), "an array of tables")
    read = []
    for index, entry in enumerate(found):
        key = f"{name}[{index}]"
        budget = _budget(entry, kind, key)
        if budget.figure in [other.figure for other in read]:
            _refuse(f"{key}.figure", f"{budget.figure} once more", "each figure once")
        read.append(budget)
    return read


def parse(text):
    """Budgets of a file's text; BudgetsError for the first thing that is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BudgetsError(f"not TOML: {error}") from error
    _table(document, "", ("targets", "budgets", "measure", "baseline"))
    measure = _table(document["measure"], "measure", tuple(_MEASURE))
    baseline = _table(document["baseline"], "baseline", ("worse_at_most", "required"))
    both = (_budgets(document["targets"], "target", "targets")
            + _budgets(document["budgets"], "budget", "budgets"))
    if not both:
        _refuse("targets, budgets", "none", "at least one")
    return Budgets(
        Measure(**{name: _number(measure[name], f"measure.{name}", *limits)
                   for name, limits in _MEASURE.items()}),
        both,
        _number(baseline["worse_at_most"], "baseline.worse_at_most", float, 0, 10),
        _truth(baseline["required"], "baseline.required"))


def read(path):
    """The same of a file."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BudgetsError) as error:
        raise BudgetsError(f"{path}: {error}") from error
