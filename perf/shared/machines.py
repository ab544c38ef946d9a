"""What a machine and its devices are called in perf/results."""

import os
import pathlib
import platform
import re


def slug(name):
    """`name` as part of a file's name: perf/gpu/run.sh makes its own by the same rule."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def cpu_model():
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found.group(1).strip() if found else platform.machine()


def machine():
    words = re.sub(r"\(R\)|\(TM\)|CPU|Processor|\d+-Core|@.*", " ", cpu_model())
    return slug(words) + f"-{os.cpu_count()}-cores"
