"""A validation as people read it, within 100 columns, and as programs do."""

import dataclasses
import os
import textwrap

from verdicts import MET, MISSED

COLUMNS = 100
WHAT_COLUMNS = 28
COLOURS = {MET: "32", MISSED: "31"}


def has_colour(stream):
    return stream.isatty() and "NO_COLOR" not in os.environ


def _value(value, unit):
    if value is None:
        return ""
    if not isinstance(value, str):
        value = f"{value:.0f}" if 1e4 <= value < 1e9 else f"{value:.4g}"
    return f"{value} {unit}".rstrip()


def _word(row, is_coloured):
    word = f"{row.verdict:<12}"
    code = COLOURS.get(row.verdict)
    if row.verdict == MISSED and not row.required:
        code = "33"
    return f"\033[{code}m{word}\033[0m" if is_coloured and code else word


def _lines(row, is_coloured):
    allowed = f"{row.limit} {_value(row.allowed, row.unit)}".strip()
    rest = (f"{row.what:<{WHAT_COLUMNS}}{_value(row.found, row.unit):>18}  {allowed:<24}"
            f"{'required' if row.required else 'advisory'}")
    yield f"{_word(row, is_coloured)}  {rest}".rstrip()
    if row.why and not (row.kind != "device" and row.verdict == MET):
        yield from textwrap.wrap(row.why, COLUMNS, initial_indent=" " * 14,
                                 subsequent_indent=" " * 14)


TITLES = {"device": "Device", "target": "Targets of the founding guide", "budget": "Budgets",
          "baseline": "Against the baseline"}


def _accuracy(details):
    yield ""
    yield (f"Accuracy on {details['data']} ({details['embeddings']}): {details['queries']} of "
           f"{details['queries_judged']} judged queries, {details['documents']} documents")
    yield f"  {'cosine, by the validator':<28}nDCG@10 {details['control_ndcg_10']:.4f}"
    for name, method in details["methods"].items():
        change = method["improvement"]
        text = "" if change is None else f"{100 * change:+.2f} %"
        yield (f"  {name:<28}nDCG@10 {method['ndcg_10']:.4f}  {text:>9}  ranked alike: "
               f"{method['queries_ranked_as_control']} of {details['queries']}")


def table(result, rows, is_coloured):
    """The whole report as text."""
    lines = [f"{result['url']}: QuantumRerank {result['version']}, {result['time']}"]
    for kind, title in TITLES.items():
        of_kind = [row for row in rows if row.kind == kind]
        if of_kind:
            lines += ["", title]
        for row in of_kind:
            lines += _lines(row, is_coloured)
    if result["accuracy"]:
        lines += _accuracy(result["accuracy"])
    missed = [row for row in rows if row.is_in_the_way]
    verdict = (f"FAILED: {len(missed)} required not met: "
               + ", ".join(dict.fromkeys(row.what for row in missed))) if missed else (
        "PASSED: everything required is met")
    return "\n".join([*lines, "", *textwrap.wrap(verdict, COLUMNS)])


def as_json(result, rows):
    return {**result, "verdicts": [dataclasses.asdict(row) for row in rows]}
