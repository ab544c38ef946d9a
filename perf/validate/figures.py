"""The figures that a validation may measure: the names that budgets.toml and baselines use."""

import dataclasses
import math

FORMS = ("binary", "base64", "json")
DOCUMENT_COUNTS = (1, 50, 100)


@dataclasses.dataclass(frozen=True)
class Kind:
    unit: str
    is_better: str  # "lower" or "higher"
    # Whether it can be held to a baseline within a tenth: medians and the throughput. The slowest
    # few of some hundred are one disturbance's, and memory depends on what the server did before.
    is_compared: bool = False


def latency(documents, form, statistic):
    return f"latency_{documents}_{form}_{statistic}_ms"


KINDS = {
    **{latency(count, form, statistic): Kind("ms", "lower", statistic == "p50")
       for count in DOCUMENT_COUNTS for form in FORMS for statistic in ("p50", "p99", "max")},
    "throughput_per_s": Kind("requests/s", "higher", True),
    "resident_memory_mb": Kind("MB", "lower"),
    "error_share": Kind("", "lower"),
    "wrong_answers": Kind("answers", "lower"),
    "readiness_share": Kind("", "higher"),
    "readiness_p99_ms": Kind("ms", "lower"),
    "accuracy_improvement": Kind("", "higher"),
}


@dataclasses.dataclass
class Figure:
    value: float | None = None
    why: str = ""  # it was not measured
    count: int | None = None  # of what it is a statistic of


def percentile(values, share):
    """The nearest rank: the smallest value that at least `share` (0..1] of all do not exceed."""
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]
