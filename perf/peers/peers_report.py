"""The comparison's rows and bars, made of its rounds, and how a page reads them.

Every ratio is the median of the rounds' ratios: both sides of it were measured moments apart.
"""

import statistics

import report

BAR_DOCUMENTS = 100  # the bars are about requests of so many documents

# (what, ours, theirs, how many times ours theirs must cost at least)
BARS = (
    ("binary, FastAPI + numpy beside ours", "ours_binary", "fastapi_binary", 4.0),
    ("JSON, FastAPI + json.loads + numpy beside ours", "ours_json", "fastapi_json", 4.0),
    ("JSON, FastAPI with Pydantic models beside ours", "ours_json", "fastapi_pydantic", 20.0),
)


TEXT_BAR = 20.0


def ratio(rounds, theirs, ours, figure):
    return statistics.median(r[theirs][figure] / r[ours][figure] for r in rounds)


def bars(rounds):
    """Of the HTTP rounds with BAR_DOCUMENTS documents; what is found must reach its bar."""
    verdicts = []
    for what, ours, theirs, bar in BARS:
        found = ratio(rounds, theirs, ours, "cpu_us")
        verdicts.append({"what": what, "found": found, "bar": bar, "met": found >= bar})
    return verdicts


def text_bars(rounds):
    """The cheapest of the others must cost so many times ours, in each round whichever it is."""
    found = statistics.median(
        min(figures["cpu_us"] for name, figures in r.items() if name != "ours_text")
        / r["ours_text"]["cpu_us"] for r in rounds)
    return [{"what": "texts, the best FastAPI + model2vec beside ours", "found": found,
             "bar": TEXT_BAR, "met": found >= TEXT_BAR}]


def http_rows(targets, rounds, notes):
    """A row for each target; `notes` has its version, settings, command and answer by name."""
    found = report.medians(rounds)
    return [{"name": target.name, "what": target.what, **notes[target.name],
             "cpu_us": found[target.name]["cpu_us"],
             "requests_per_s": found[target.name]["requests_per_s"],
             "vs_ours": ratio(rounds, target.name, f"ours_{target.form}", "cpu_us")}
            for target in targets]


def scoring_row(name, documents, rounds, threads):
    """Each number of threads and the best of them, which for ours and for a peer may differ.

    `rounds` are {(name, threads, documents): {"us"}}.
    """
    found = {t: statistics.median(r[name, t, documents]["us"] for r in rounds) for t in threads}
    best = min(found, key=found.get)
    ours = {t: statistics.median(r["ours", t, documents]["us"] for r in rounds) for t in threads}
    ours_best = min(ours, key=ours.get)

    def vs_ours(mine, theirs):
        return statistics.median(r[name, theirs, documents]["us"] / r["ours", mine, documents]["us"]
                                 for r in rounds)
    return {"documents": documents, "us": found, "one_thread_us": found[1],
            "one_thread_vs_ours": vs_ours(1, 1), "best_threads": best, "best_us": found[best],
            "best_vs_ours": vs_ours(ours_best, best)}


def _http_table(part):
    lines = [f"HTTP, {part['documents']} documents a request; {part['load']}:", "",
             "| server, on one core | CPU of a request, µs | × ours | requests/s |",
             "|---|---:|---:|---:|"]
    for row in part["rows"]:
        lines.append(f"| {row['what']} | {row['cpu_us']:.1f} | {row['vs_ours']:.2f} | "
                     f"{row['requests_per_s']:.1f} |")
    return lines


def _scoring_table(part):
    lines = [f"Scoring alone, {part['documents']} documents a request:", "",
             "| library | one thread, µs | × ours | best, µs | threads | × our best |",
             "|---|---:|---:|---:|---:|---:|"]
    for row in part["rows"]:
        lines.append(f"| {row['what']} | {row['one_thread_us']:.1f} | "
                     f"{row['one_thread_vs_ours']:.2f} | {row['best_us']:.1f} | "
                     f"{row['best_threads']} | {row['best_vs_ours']:.2f} |")
    return lines


def _notes_table(parts):
    """Version, settings and answers of each row, once for all sizes, and the commands below."""
    lines = ["| row | version | settings | answer, hash of its ranking |", "|---|---|---|---|"]
    commands = {}
    for rows in zip(*(part["rows"] for part in parts)):
        first = rows[0]
        found = "; ".join(f"{part['documents']}: {row['answer']}"
                          + (f" `{row['hash']}`" if row["hash"] else "")
                          for part, row in zip(parts, rows))
        lines.append(f"| {first['what']} | {first['version']} | {first['settings']} | {found} |")
        commands[first["command"]] = None
    return [*lines, "", "```", *commands, "```"]


def bars_table(result):
    lines = ["| bar | found | at least | |", "|---|---:|---:|---|"]
    for bar in result["bars"]:
        lines.append(f"| {bar['what']} | {bar['found']:.2f} | {bar['bar']:.4g} | "
                     f"{'met' if bar['met'] else '**missed**'} |")
    return lines


def table(result):
    """The tables in Markdown: bars, one for each family and size, versions and answers."""
    return _tables(result, [*map(_scoring_table, result["scoring"])],
                   [_notes_table(result["scoring"])])


def text_table(result):
    """The same for texts, which have the one family."""
    return _tables(result, [], [])


def _tables(result, figures, notes):
    blocks = [bars_table(result), *map(_http_table, result["http"]), *figures,
              _notes_table(result["http"]), *notes]
    expected = "; ".join(f"{documents}: `{digest}`"
                         for documents, digest in result["expected_hashes"].items())
    return "\n\n".join(["\n".join(block) for block in blocks]
                       + [f"Hashes of the expected rankings: {expected}.",
                          report.signature(result)])
