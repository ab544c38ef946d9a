"""The comparison of searches as a page reads it: rows, ratios and bars, made of its rounds.

Every ratio is the median of the rounds' ratios: both sides of it were measured moments apart.
"""

import statistics

import peers_report
import report

# From so many queries a call on, ours must be so many times as fast as the fastest exact peer.
BAR_QUERIES = 4
BARS = {"ours_float32": 1.4, "ours_auto": 2.3}


def peers(part):
    """The names of those whose answers are exact in float32."""
    return [each["name"] for each in part["searchers"]
            if each["name"] not in BARS and not each["answer"].startswith("recall")]


def counts(part):
    """The numbers of queries of a call."""
    return list(next(iter(part["rounds_us"][0].values())))


def ratio(part, ours, theirs, count):
    """How many times ours theirs takes."""
    return statistics.median(r[theirs][count] / r[ours][count] for r in part["rounds_us"])


def best_peer(part, ours, count):
    """(name, times ours) of the fastest."""
    found = {name: ratio(part, ours, name, count) for name in peers(part)}
    name = min(found, key=found.get)
    return name, found[name]


def bars(parts):
    """For each scan and number of queries, the least over all kinds of rows."""
    verdicts = []
    for ours, bar in BARS.items():
        for count in counts(parts[0]):
            if int(count) < BAR_QUERIES:
                continue
            found, data, dimension = min((best_peer(part, ours, count)[1], part["data"],
                                          part["dimension"]) for part in parts)
            verdicts.append({"what": f"{ours.replace('_', ', scan ')}, {count} queries a call, "
                                     f"beside the fastest exact peer (least: {data}, "
                                     f"{dimension} numbers)",
                             "found": found, "bar": bar, "met": found >= bar})
    return verdicts


def _table(part):
    columns = counts(part)
    scans = {each["name"]: each.get("scan") for each in part["searchers"]}
    lines = [f"{part['rows']:,} rows of {part['dimension']} numbers, {part['data']}, best "
             f"{part['k']}, one thread; milliseconds a call of so many queries, and how many times "
             f"ours (scan {scans['ours_auto']}) that is:", "",
             "| | " + " | ".join(f"{count} | ×" for count in columns) + " | answers |",
             "|---|" + "---:|---:|" * len(columns) + "---|"]
    for each in part["searchers"]:
        name, cells = each["name"], []
        for count in columns:
            us = statistics.median(r[name][count] for r in part["rounds_us"])
            cells.append(f"{us / 1e3:,.1f} | {ratio(part, 'ours_auto', name, count):.2f}")
        lines.append(f"| {each['what']} | " + " | ".join(cells) + f" | {each['answer']} |")
    return lines


def _notes(part):
    lines = ["| | version | BLAS |", "|---|---|---|"]
    for each in part["searchers"]:
        version = (f"{each['package']} {each['versions'][each['package']]}" if each["package"]
                   else f"instruction set {each['instruction_set']}")
        lines.append(f"| {each['what']} | {version} | {each['blas']} |")
    return lines


def table(result):
    """The tables in Markdown: bars, one for each kind of rows, versions."""
    blocks = [peers_report.bars_table(result), *map(_table, result["parts"]),
              _notes(result["parts"][0])]
    return "\n\n".join(["\n".join(block) for block in blocks] + [report.signature(result)])
