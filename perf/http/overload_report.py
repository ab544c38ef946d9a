"""The bars of the overload experiment, and its figures as a page reads them."""

import report

MIB = 1 << 20
GOODPUT_MIN = 0.90
REFUSAL_P99_MS_MAX = 5.0
RECOVERY_S_MAX = 1.0
RSS_GROWTH_MIB_MAX = 8.0  # of the tenfold over the twofold overload
LAG_P99_MS_MAX = 1.0
CALM_SLACK = 1.25         # of the largest 99th percentile before the overload


def _overloads(result):
    return result["open_loop"]["steps"][1:-1]


def _p99_ms(step, status):
    return step["latency"][status].get("p99_us", 0) / 1000


def _at_most(what, found, unit, bar):
    return {"what": what, "found": found, "unit": unit, "bar": bar, "met": found <= bar}


def bars(result):
    """Each found must not exceed its bar, but the goodput must reach it."""
    steps = _overloads(result)
    total = result["open_loop"]["total"]
    goodput = min(step["goodput"] for step in steps)
    rss = {step["share"]: step["server"]["rss_bytes"] / MIB for step in steps}
    failures = sum(total["failures"].values())
    others = total["answered"] - sum(total["statuses"].get(s, 0) for s in ("200", "429"))
    return [
        {"what": "goodput, the least, as a share of capacity", "found": goodput, "unit": "",
         "bar": GOODPUT_MIN, "met": goodput >= GOODPUT_MIN},
        _at_most("refusals, 99th percentile, the worst step",
                 max(_p99_ms(step, "429") for step in steps), "ms", REFUSAL_P99_MS_MAX),
        _at_most("admitted, 99th percentile, the worst step",
                 max(_p99_ms(step, "2xx") for step in steps), "ms", result["bound_ms"]),
        _at_most("resident memory, growth from 2 to 10 times", rss[10] - rss[2], "MiB",
                 RSS_GROWTH_MIB_MAX),
        _at_most("recovery, back at half of capacity", result["open_loop"]["recovery_s"], "s",
                 RECOVERY_S_MAX),
        _at_most("429 without Retry-After", total["refused_without_retry_after"], "", 0),
        _at_most("requests without an answer", failures, "", 0),
        _at_most("answers other than 200 and 429", others, "", 0),
        _at_most("429 that server and tool count differently",
                 abs(result["server_counts"]["refusals"] - total["statuses"].get("429", 0)), "", 0),
    ]


def fitness(result, cores_share_max):
    """Whether the run measured the server rather than the tool or the machine."""
    opened = result["open_loop"]
    cores = max(step["server"]["machine_cores"] for step in opened["steps"])
    lag_ms = max(step["lag"].get("p99_us", 0) for step in opened["steps"]) / 1000
    return [
        _at_most("cores in use by anything, the busiest step", cores, "",
                 result["cores"] * cores_share_max),
        _at_most("the tool's own lateness, 99th percentile, the worst step", lag_ms, "ms",
                 LAG_P99_MS_MAX),
    ]


def _row(step):
    latency = step["latency"]
    cells = [f"{step['share']:g}", f"{step['intended_per_s']:.0f}", f"{step['ok_per_s']:.0f}",
             f"{step['goodput']:.2f}", f"{step['statuses'].get('429', 0)}"]
    for status in ("2xx", "429"):
        for quantile in ("p50_us", "p99_us"):
            value = latency[status].get(quantile)
            cells.append("" if value is None else f"{value / 1000:.2f}")
    cells += [f"{step['server']['cores']:.2f}", f"{step['server']['machine_cores']:.2f}",
              f"{step['server']['rss_bytes'] / MIB:.1f}",
              f"{step['lag'].get('p99_us', 0) / 1000:.2f}"]
    return "| " + " | ".join(cells) + " |"


def table(result):
    """Tables in Markdown: the steps, the bars, and whether the run was fit to judge by."""
    settings, opened = result["settings"], result["open_loop"]
    counts = result["server_counts"]
    lines = [
        f"Capacity C: {result['capacity_per_s']:.0f} requests a second ({settings['clients']} "
        f"clients, closed loop); backend {settings['backend']}, {settings['batch_ms']:g} ms a "
        f"batch, {counts['batch_jobs'] / max(counts['batches'], 1):.1f} jobs in one on average; "
        f"{settings['max_concurrent_requests']} requests at once.", "",
        "| offered, of C | intended /s | 200 /s | of C | 429 | 200 p50, ms | p99 | 429 p50, ms | "
        "p99 | server cores | machine cores | RSS, MiB | tool late p99, ms |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *map(_row, opened["steps"]), "",
        f"The tool used {opened['cores']:.2f} of {result['cores']} cores and "
        f"{opened['connections_peak']} connections.", "",
        "| bar | found | allowed | |", "|---|---:|---:|---|"]
    for bar in (*result["bars"], *result["fitness"]):
        unit = f" {bar['unit']}" if bar["unit"] else ""
        sign = "≥ " if bar["what"].startswith("goodput") else "≤ "
        lines.append(f"| {bar['what']} | {bar['found']:.4g}{unit} | {sign}{bar['bar']:.4g}{unit} | "
                     f"{'met' if bar['met'] else '**missed**'} |")
    return "\n".join([*lines, "", report.signature(result)])
