"""Rows of a report, each with one of four words, and what follows from them."""

import dataclasses

import budgets
import figures

MET, MISSED = "met", "missed"
NOT_MEASURED, NO_BASELINE = "not measured", "no baseline"


@dataclasses.dataclass(frozen=True)
class Verdict:
    kind: str  # device, target, budget, baseline
    what: str
    verdict: str
    required: bool
    found: float | str | None = None
    limit: str = ""
    allowed: float | str | None = None
    unit: str = ""
    why: str = ""

    @property
    def is_in_the_way(self):
        """Required, and not shown to be kept. That there is no baseline yet is in nobody's way."""
        return self.required and self.verdict in (MISSED, NOT_MEASURED)


def of_budget(budget, figure):
    row = {"kind": budget.kind, "what": budget.figure, "required": budget.required,
           "limit": budgets.LIMITS[budget.limit], "allowed": budget.allowed,
           "unit": figures.KINDS[budget.figure].unit}
    if figure is None or figure.value is None:
        return Verdict(verdict=NOT_MEASURED, why=figure.why if figure else "", **row)
    verdict = MET if budget.is_met(figure.value) else MISSED
    return Verdict(verdict=verdict, found=figure.value, why=figure.why, **row)


def exit_status(rows):
    return 1 if any(row.is_in_the_way for row in rows) else 0
