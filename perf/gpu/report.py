"""Results of perf/gpu.sh, readable: checks them, puts partial ones together, prints tables.

    report.py table FILE             Markdown tables of what was measured
    report.py merge FILE... OUTPUT   the parts of runs with --only as one result
    report.py page FILE... PAGE      those tables into a page, between its two marks
    report.py check FILE             exit status 1 and a sentence when it is not such a result

Only the standard library is needed.
"""

import json
import pathlib
import sys

PARTS = ("suite", "sanitizer", "bench", "torch")
SAME = ("device", "commit")  # what runs must have in common to be put together
TEXTS = ("device", "commit", "command", "driver", "cpu", "kernel", "built_for")
SECTIONS = ("device", "ceilings", "bars")  # of every bench


BEGIN, END = "<!-- gpu:begin -->", "<!-- gpu:end -->"


class WrongResult(Exception):
    """Not what perf/gpu.sh writes."""


def _need(found, key, kind, where):
    if not isinstance(found.get(key), kind):
        raise WrongResult(f"{where}.{key}: found {found.get(key)!r}, expected is {kind.__name__}")


def _check_bars(bench):
    for index, bar in enumerate(bench["bars"]):
        where = f"bench.bars[{index}]"
        _need(bar, "what", str, where)
        if bar.get("limit") not in ("at least", "at most"):
            raise WrongResult(f"{where}.limit: found {bar.get('limit')!r}")
        _need(bar, "bar", float, where)
        limit = bar["bar"]
        if bar.get("found") is None:
            if bar.get("met") is not None or not bar.get("why"):
                raise WrongResult(f"{where}: not measured, so 'met' is null and 'why' says why")
        elif bar.get("met") is not (bar["found"] >= limit if bar["limit"] == "at least"
                                    else bar["found"] <= limit):
            raise WrongResult(f"{where}: {bar['found']} is judged wrongly against {limit}")


def check(result):
    """Raises WrongResult with the first thing that is wrong."""
    for key in TEXTS:
        _need(result, key, str, "result")
    for part in PARTS:
        if part not in result:
            raise WrongResult(f"result.{part} is missing (null where it did not run)")
    if result["suite"] is not None:
        for key in ("tests", "failed", "skipped"):
            _need(result["suite"], key, int, "suite")
    bench = result["bench"]
    if bench is not None and "status" not in bench:
        for key, kind in zip(SECTIONS, (dict, dict, list)):
            _need(bench, key, kind, "bench")
        _check_bars(bench)


def merge(results):
    """One result; of each part the last that ran."""
    merged = dict(results[0])
    for result in results[1:]:
        for key in SAME:
            if result[key] != merged[key]:
                raise WrongResult(f"{key}: {merged[key]!r} and {result[key]!r} do not go together")
        for part in PARTS:
            if result[part] is not None:
                merged[part] = result[part]
        if result["command"] not in merged["command"].split("; "):
            merged["command"] += "; " + result["command"]
    return merged


def _row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(heads, rows):
    line = "|" + "|".join("---" if i == 0 else "---:" for i in range(len(heads))) + "|"
    return [_row(*heads), line, *(_row(*row) for row in rows), ""]


def _time(seconds):
    return f"{seconds * 1e3:.3f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def _bar_word(bar):
    return {True: "met", False: "**missed**", None: f"not measured: {bar.get('why')}"}[bar["met"]]


def _bars(bench):
    return _table(("bar", "found", "allowed", ""), [
        (bar["what"], "" if bar["found"] is None else f"{bar['found']:.3g}",
         f"{'≥' if bar['limit'] == 'at least' else '≤'} {bar['bar']:g}", _bar_word(bar))
        for bar in bench["bars"]])


def _ceilings(ceilings):
    rows = [(name.replace("_", " "), f"{figure['per_s'] / 1e9:.1f} GB/s")
            for name, figure in ceilings["copy"].items() if isinstance(figure, dict)]
    for group, title in (("multiply_add", "plain arithmetic"), ("matrix", "products by cuBLAS")):
        rows += [(f"{title}, {kind}", f"{figure['per_s'] / 1e12:.2f} Tflop/s")
                 for kind, figure in ceilings[group].items() if isinstance(figure, dict)]
    if "absent" in ceilings["matrix"]:
        rows.append(("products by cuBLAS", ceilings["matrix"]["absent"]))
    return _table(("ceiling, measured in this run", "found"), rows)


def _encode(encode):
    return _table(
        (f"encode {encode['rows']} × {encode['dimension']}", "median", "GB/s", "of copy"),
        [(kind, _time(f["median_s"]), f"{f['bytes_per_s'] / 1e9:.0f}", f"{f['of_copy']:.2f}")
         for kind, f in encode["storages"].items()])


def _search(search, torch):
    title = (f"{search['queries']} queries × {search['documents']} × {search['dimension']}, "
             f"best {search['k']}")
    rows = []
    for path, figures in search.items():
        if not isinstance(figures, dict):
            continue
        name, floor = path.replace("_", " "), figures.get("floor")
        if floor is not None:
            rows.append((f"{name}: floor ({floor['bound']})", _time(floor["s"]), ""))
        rows += [(f"{name}: {part.replace('_', ' ')}", _time(figure["median_s"]),
                  "" if floor is None else f"{figure['median_s'] / floor['s']:.2f}")
                 for part, figure in figures.items()
                 if isinstance(figure, dict) and "median_s" in figure]
    for form, figure in (torch or {}).get("forms", {}).items():
        found = f"finds {figure['found_of_exact']:.4f} of the exact answer"
        rows.append((f"torch {torch['version']}, {form}: {found}", _time(figure["median_s"]), ""))
    return _table((title, "median", "× floor"), rows)


def _collections(collections):
    rows = []
    for shape in collections["shapes"]:
        rows += [(f"{shape['rows']} × {shape['dimension']}, {search['queries']} queries, "
                  f"{kind.replace('_', ' ')}", _time(figure["median_s"]),
                  f"{figure['bytes_per_s'] / 1e9:.0f}", f"{figure['of_copy']:.2f}",
                  figure["rescored"], figure["retries"])
                 for search in shape["searches"] for kind, figure in search.items()
                 if isinstance(figure, dict)]
    return _table(("search of a collection", "median", "GB/s", "of copy", "rescored", "retries"),
                  rows)


def _latency(latency):
    def pair(figure):
        return "" if figure is None else f"{_time(figure['median_s'])} / {_time(figure['p99_s'])}"
    return _table(("request (queries × documents × dimension)", "CPU p50 / p99",
                   "CUDA p50 / p99", "CUDA, vectors in staging memory"),
                  [(f"{r['queries']} × {r['documents']} × {r['dimension']}", pair(r["cpu"]),
                    pair(r["cuda"]), pair(r["cuda_staged"])) for r in latency["requests"]])


def _router(router):
    def count(value):
        return "none" if value is None else value
    return _table(("documents × dimension", "crossover predicted, queries", "measured",
                   "worst choice, × the better side"),
                  [(f"{line['documents']} × {line['dimension']}", count(line["predicted_queries"]),
                    count(line["measured_queries"]), f"{line['worst_chosen_over_best']:.2f}")
                   for line in router["lines"]])


def _tests(result):
    suite, sanitizer = result["suite"], result["sanitizer"] or {}
    lines = []
    if suite is not None:
        passed = suite["tests"] - suite["failed"] - suite["skipped"]
        lines.append(f"Tests on the device: {passed} passed, {suite['failed']} failed, "
                     f"{suite['skipped']} skipped ({suite['status']}, {suite['seconds']} s).")
    if "absent" in sanitizer:
        lines.append(sanitizer["absent"] + ".")
    lines += [f"{tool}: {found['status']}, {found['summary'] or 'no summary'}."
              for tool, found in sanitizer.items() if isinstance(found, dict)]
    return [*lines, ""] if lines else []


def table(result):
    """What was measured, as Markdown."""
    lines = [f"**{result['device']}**, driver {result['driver']}; {result['cpu']}; commit "
             f"{result['commit']}{' with changes' if result.get('dirty') else ''}; "
             f"`{result['command']}`", "", *_tests(result)]
    bench = result["bench"]
    if bench is None:
        return "\n".join(lines)
    if "status" in bench:
        return "\n".join([*lines, f"The benchmark {bench['status']}: {bench['message']}"])
    lines += _bars(bench) + _ceilings(bench["ceilings"])
    for section, printed in (("encode", _encode), ("collections", _collections),
                             ("latency", _latency), ("router", _router)):
        if section in bench:
            lines += printed(bench[section])
    if "search" in bench:
        lines += _search(bench["search"], result["torch"])
    return "\n".join(lines)


def page(text, results):
    """The page with the tables of all results in the place of what stands between the marks."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise WrongResult(f"the page has not one {BEGIN} and one {END}")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    tables = "\n\n".join(table(result).strip() for result in results)
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def _read(path):
    result = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    check(result)
    return result


def main(arguments):
    try:
        match arguments:
            case ["table", path]:
                print(table(_read(path)))
            case ["check", path]:
                _read(path)
            case ["page", first, *more, output]:
                output = pathlib.Path(output)
                output.write_text(page(output.read_text(encoding="utf-8"),
                                       [_read(path) for path in (first, *more)]), encoding="utf-8")
            case ["merge", first, *more, output]:
                merged = merge([_read(path) for path in (first, *more)])
                pathlib.Path(output).write_text(json.dumps(merged, indent=1) + "\n",
                                                encoding="utf-8")
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except (OSError, ValueError, WrongResult) as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
