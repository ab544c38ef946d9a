"""The sweep's figures as a page reads them."""

import report

FORMS = ("binary", "base64", "json")
FLOOR = "nginx"  # reading the same binary body
TITLES = {"binary": "binary", "base64": "base64", "json": "JSON", FLOOR: "nginx, binary"}


def _heads(first):
    return [f"| {first} | " + " | ".join(
                f"{TITLES[form]}, µs of CPU | /s" for form in FORMS)
            + " | nginx reading the binary body, µs of CPU |",
            "|---:|" + "---:|---:|" * len(FORMS) + "---:|"]


def _rows(points, key):
    for *series, floor in zip(*(points[name] for name in (*FORMS, FLOOR)), strict=True):
        cells = [f"{p['cpu_us']:.0f} | {p['requests_per_s']:.0f}" for p in series]
        yield f"| {floor[key]} | " + " | ".join(cells) + f" | {floor['cpu_us']:.0f} |"


def _clients(points):
    yield "| clients | " + " | ".join(f"{TITLES[f]}, /s | p50, ms | p99" for f in FORMS) + " |"
    yield "|---:|" + "---:|---:|---:|" * len(FORMS)
    for series in zip(*(points[form] for form in FORMS), strict=True):
        cells = [f"{p['requests_per_s']:.0f} | {p['p50_us'] / 1e3:.2f} | {p['p99_us'] / 1e3:.2f}"
                 for p in series]
        yield f"| {series[0]['clients']} | " + " | ".join(cells) + " |"


def _rates(rates):
    yield "| share of capacity | " + " | ".join(
        f"{TITLES[f]}, offered /s | p50, ms | p99 | p99.9" for f in FORMS) + " |"
    yield "|---:|" + "---:|---:|---:|---:|" * len(FORMS)
    for series in zip(*(rates[form]["steps"] for form in FORMS), strict=True):
        cells = [f"{s['rate']:.0f} | {s['p50_us'] / 1e3:.2f} | {s['p99_us'] / 1e3:.2f} | "
                 f"{s['p999_us'] / 1e3:.2f}" for s in series]
        yield f"| {series[0]['share']:g} | " + " | ".join(cells) + " |"


def table(result):
    """Tables in Markdown, each with its drawing."""
    settings = result["settings"]
    documents, dimension = settings["small"]
    lines = [
        "![cost and throughput over documents](plots/documents.svg)", "",
        *_heads("documents of 768 numbers"), *_rows(result["documents"], "documents"), "",
        "![cost over the dimension](plots/dimension.svg)", "",
        *_heads("dimension of 100 documents"), *_rows(result["dimension"], "dimension"), "",
        "![throughput and latency over clients](plots/clients.svg)", "",
        f"Requests of {documents} documents of {dimension} numbers:", "",
        *_clients(result["clients"]), "",
        "![latency over the offered rate](plots/rate.svg)", "",
        "100 documents of 768 numbers, Poisson arrivals, from the intended send time:", "",
        *_rates(result["rates"]), ""]
    return "\n".join([*lines, report.signature(result)])
