"""docs/PERFORMANCE.md, made of the committed results: tables between marks, drawings beside it.

    page.py            writes the page and docs/plots
    page.py --check    writes nothing; exit status 1 where the page is not what its results give

A section begins with `<!-- KIND:begin FILE -->` and ends with `<!-- KIND:end -->`; FILE, in
perf/results, is what its table is printed from, so the page itself says where each figure lies.
Drawings need python3-matplotlib.
"""

import argparse
import json
import pathlib
import re
import sys

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / folder) for folder in ("collections", "http", "peers", "shared", "page")]

import growth_report  # noqa: E402
import overload_report  # noqa: E402
import peers_report  # noqa: E402
import report  # noqa: E402
import search_clients_report  # noqa: E402
import search_report  # noqa: E402
import sweep_report  # noqa: E402

RESULTS = PERF / "results"
PAGE = PERF.parent / "docs" / "PERFORMANCE.md"
PLOTS = PERF.parent / "docs" / "plots"
TABLES = {"bench": report.table, "growth": growth_report.table,
          "overload": overload_report.table, "peers": peers_report.table,
          "search": search_report.table, "search_clients": search_clients_report.table,
          "sweep": sweep_report.table, "text": peers_report.text_table}
SECTION = re.compile(r"<!-- (\w+):begin (\S+) -->\n.*?<!-- \1:end -->", re.DOTALL)


def read(file):
    return json.loads((RESULTS / file).read_text(encoding="utf-8"))


def render(text, read_result=read, only=None):
    """The page's text with every section printed anew, or the one of a kind."""
    def section(match):
        kind, file = match.groups()
        if only not in (None, kind):
            return match.group()
        if kind not in TABLES:
            raise SystemExit(f"{PAGE.name}: found a section '{kind}', allowed are "
                             f"{', '.join(TABLES)}")
        return (f"<!-- {kind}:begin {file} -->\n{TABLES[kind](read_result(file))}\n"
                f"<!-- {kind}:end -->")
    return SECTION.sub(section, text)


def file_of(text, kind):
    """The result that a section of the page is printed from."""
    for match in SECTION.finditer(text):
        if match.group(1) == kind:
            return match.group(2)
    raise SystemExit(f"{PAGE.name} has no section '{kind}'")


def keep(result, kind):
    """Writes a result down as perf/results/<machine>-<kind>.json and prints the page from it."""
    file = f"{result['machine']}-{kind}.json"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / file).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    before = f"<!-- {kind}:begin {file_of(text, kind)} -->"
    PAGE.write_text(render(text.replace(before, f"<!-- {kind}:begin {file} -->"), only=kind),
                    encoding="utf-8")
    print(f"written: perf/results/{file}, docs/{PAGE.name}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = PAGE.read_text(encoding="utf-8")
    rendered = render(text)
    if arguments.check:
        if rendered == text:
            return 0
        print(f"{PAGE.name} is not what perf/results gives: scripts/performance_page.sh renews it",
              file=sys.stderr)
        return 1
    PAGE.write_text(rendered, encoding="utf-8")
    import growth_plots  # matplotlib: only who draws needs it
    import sweep_plots
    sweep_plots.draw(read(file_of(text, "sweep")), PLOTS)
    growth_plots.draw(read(file_of(text, "growth")), PLOTS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
