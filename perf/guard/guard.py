"""Holds the instruction counts of the hot paths to those of instructions.json.

    guard.py check HOT_PATHS [PERCENT]    exit status 1 when a count has moved by more, or less;
                                          2 % unless said
    guard.py update HOT_PATHS             shows every count before and after, and writes those of
                                          now

Fewer instructions fail as well: a gain that is not written down can be lost again unseen. Where
counts would say nothing (no valgrind, a CPU without AVX2, another compiler, other flags, another
valgrind or C library than the figures were made with) `check` prints "skipped=1: why" and ends
with 0. HOT_PATHS is the program of hot_paths.cpp, built in the dev preset.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

FIGURES = pathlib.Path(__file__).with_name("instructions.json")
TOLERANCE_PERCENT = 2.0  # unless said otherwise
REPEATS = 4  # counted runs of each path; the figure is that of one
RUN_SECONDS_MAX = 120
CPU_NEEDS = ("avx2", "fma", "f16c")  # valgrind offers no more, whatever the CPU has


class GuardError(Exception):
    """Nothing could be measured; the message says why."""


def run(command):
    """Its output. The environment is the same everywhere: it decides what malloc and ld.so do."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS_MAX,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GuardError(str(error)) from error
    if done.returncode != 0:
        raise GuardError(f"{' '.join(map(str, command))}: exit status {done.returncode}: "
                         f"{done.stderr.strip()}")
    return done.stdout


def missing():
    """What this machine lacks, or None."""
    if shutil.which("valgrind") is None:
        return "valgrind is not installed"
    flags = set(pathlib.Path("/proc/cpuinfo").read_text().split())
    lacking = [need for need in CPU_NEEDS if need not in flags]
    return f"the CPU lacks {', '.join(lacking)}" if lacking else None


def tools(program):
    """What figures depend on besides the source."""
    build = json.loads(run([program, "--build"]))
    return {**build, "valgrind": run(["valgrind", "--version"]).strip(),
            "libc": os.confstr("CS_GNU_LIBC_VERSION")}


def difference(committed, found):
    """In words, what the figures were made with and is not here; None when all is the same."""
    parts = [f"{key} is '{found.get(key)}', the figures are of '{committed.get(key)}'"
             for key in sorted({*committed, *found}) if committed.get(key) != found.get(key)]
    return "; ".join(parts) or None


def total(callgrind_output):
    """The instructions that callgrind collected, of all its threads."""
    totals = [line.split()[1] for line in callgrind_output.splitlines()
              if line.startswith("totals:")]
    if len(totals) != 1 or not totals[0].isdigit() or int(totals[0]) == 0:
        raise GuardError(f"callgrind's totals: found {totals}, expected one count above 0")
    return int(totals[0])


def count(program, name, repeats=REPEATS):
    """Instructions of one run of a path."""
    with tempfile.TemporaryDirectory(prefix="qr-guard-") as folder:
        output = pathlib.Path(folder) / "callgrind.out"
        run(["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
             f"--callgrind-out-file={output}", program, name, str(repeats)])
        return total(output.read_text()) // repeats


def measure(program):
    return {name: count(program, name) for name in run([program, "--list"]).split()}


def percent(before, after):
    return 100 * (after - before) / before


def judge(committed, found, tolerance=TOLERANCE_PERCENT):
    """What is wrong, a line each; nothing when all counts are as committed."""
    for name in sorted(committed.keys() - found.keys()):
        yield f"{name}: committed, but hot_paths does not know it"
    for name in sorted(found.keys() - committed.keys()):
        yield f"{name}: hot_paths knows it, but no count is committed"
    for name in sorted(committed.keys() & found.keys()):
        moved = percent(committed[name], found[name])
        if abs(moved) > tolerance:
            word = "more" if moved > 0 else "fewer"
            yield (f"{name}: {found[name]} instructions, {moved:+.2f} % {word} than the committed "
                   f"{committed[name]}, allowed are {tolerance:g} %")


def table(before, after):
    """Every path with its count before and after."""
    lines = [f"{'path':36} {'before':>12} {'after':>12} {'change':>9}"]
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        change = "new" if old is None else "gone" if new is None else f"{percent(old, new):+.2f} %"
        lines.append(f"{name:36} {'' if old is None else old:>12} "
                     f"{'' if new is None else new:>12} {change:>9}")
    return "\n".join(lines)


def check(program, tolerance=TOLERANCE_PERCENT):
    figures = json.loads(FIGURES.read_text())
    why = missing() or difference(figures["tools"], tools(program))
    if why:
        print(f"skipped=1: {why}")
        return 0
    found = measure(program)
    wrong = list(judge(figures["instructions"], found, tolerance))
    print(table(figures["instructions"], found))
    for line in wrong:
        print(line)
    if wrong:
        print("Where that is meant, `scripts/guard.sh --update` writes the counts of now; say in "
              "the commit why they moved.")
    return 1 if wrong else 0


def update(program):
    why = missing()
    if why:
        raise GuardError(why)
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    made_with, found = tools(program), measure(program)
    print(table(figures.get("instructions", {}), found))
    changed = difference(figures.get("tools", {}), made_with)
    if changed:
        print(changed)
    FIGURES.write_text(json.dumps(
        {"tools": made_with, "instructions": dict(sorted(found.items()))}, indent=2) + "\n")
    return 0


def main():
    commands = {("check", 3): check, ("check", 4): check, ("update", 3): update}
    command = commands.get((*sys.argv[1:2], len(sys.argv)))
    if command is None:
        sys.exit(__doc__)
    try:
        return command(pathlib.Path(sys.argv[2]).resolve(), *map(float, sys.argv[3:]))
    except GuardError as error:
        sys.exit(f"guard.py: {error}")


if __name__ == "__main__":
    sys.exit(main())
