"""Where a measurement came from, how it reads, and where it is kept."""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

import machines
import processes

ROOT = pathlib.Path(__file__).resolve().parents[2]

ROWS = (
    ("`POST /v1/rerank`, binary", "ours_binary", "nginx_binary", "nginx reading the same body"),
    ("`POST /v1/rerank`, base64", "ours_base64", "nginx_base64", "nginx reading the same body"),
    ("`POST /v1/rerank`, JSON", "ours_json", "simdjson", "simdjson On-Demand alone"),
    ("`GET /health/live`", "ours_live", "nginx_static", "nginx, a static file of 1 KB"),
)


def _output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    except FileNotFoundError:
        return "absent"
    return (done.stdout + done.stderr).strip()


def package(name):
    return _output("dpkg-query", "-W", "-f", "${Version}", name)


def plain(command, folder, port=None):
    """A command without the paths and the port that each run has anew."""
    text = " ".join(map(str, command))
    for found, short in ((str(folder), "FOLDER"), (f"{ROOT}/", ""), (f" {port} ", " PORT ")):
        text = text.replace(found, short)
    return text


def origin(program, command):
    """Where and of what a measurement was taken; `command` repeats it."""
    return {
        "machine": machines.machine(),
        "cpu": machines.cpu_model(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "commit": _output("git", "rev-parse", "--short=12", "HEAD"),
        "dirty": bool(_output("git", "status", "--porcelain", "--untracked-files=no", "--", ".",
                              ":!perf/results", ":!docs/PERFORMANCE.md")),
        "command": command,
        "binary": _output(str(program), "--version"),
        "compiler": _output("g++", "--version").splitlines()[0],
    }


def provenance(build, arguments):
    command = "scripts/bench.sh " + " ".join(sys.argv[2:])
    return {
        **origin(build / "bin" / "quantumrerank", command),
        "settings": {
            "ours": " ".join(processes.Ours.FLAGS),
            "nginx": "worker_processes 1; access_log off; client_body_buffer_size "
                     + processes.NGINX_BODY_BUFFER + "; echo_read_request_body",
            "load": f"wrk -t1 -c{processes.CONNECTIONS} -d{arguments.seconds}s, keep-alive, "
                    f"{arguments.rounds} rounds in turns",
        },
        "versions": {name: package(name) for name in
                     ("nginx", "libnginx-mod-http-echo", "wrk", "libsimdjson-dev")},
    }


def medians(rounds):
    """The median of each target's figures over the rounds."""
    return {target: {figure: statistics.median(r[target][figure] for r in rounds)
                     for figure, value in rounds[0][target].items()
                     if isinstance(value, (int, float))}
            for target in rounds[0]}


def table(result):
    """Two tables in Markdown: CPU per request, and the bars."""
    found = result["medians"]
    lines = ["| server CPU per request | ours, µs | beside, µs | what is beside |",
             "|---|---:|---:|---|"]
    for label, ours, theirs, what in ROWS:
        lines.append(f"| {label} | {found[ours]['cpu_us']:.1f} | {found[theirs]['cpu_us']:.1f} | "
                     f"{what} |")
    lines += ["", "| bar | found | at most | |", "|---|---:|---:|---|"]
    for bar in result["bars"]:
        unit = "" if bar["unit"] == "x" else " " + bar["unit"]
        lines.append(f"| {bar['what']} | {bar['found']:.2f}{unit} | {bar['bar']:.4g}{unit} | "
                     f"{'met' if bar['met'] else '**missed**'} |")
    return "\n".join([*lines, "", signature(result)])


def bar_lines(bars):
    """A table in Markdown of bars that are ratios and say themselves what is allowed."""
    lines = ["| bar | found | | |", "|---|---:|---|---|"]
    for bar in bars:
        lines.append(f"| {bar['what']} | {bar['found']:.2f} | {bar['bar']} | "
                     f"{'met' if bar['met'] else '**missed**'} |")
    return lines


def signature(result):
    return (f"{result['cpu']}, {result['cores']} cores; commit {result['commit']}"
            f"{' with changes' if result['dirty'] else ''}; `{result['command'].strip()}`.")
