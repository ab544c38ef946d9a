"""What a process and the whole machine used over time, sampled from /proc while load runs."""

import os
import pathlib
import re
import threading
import time


def rss_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024


def machine_cpu_seconds():
    """Of all processes together, time stolen by a hypervisor included."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, pathlib.Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Samples a server as long as it is entered; asked afterwards for any stretch of that time."""

    INTERVAL_S = 0.05

    def __init__(self, server):
        self._server = server
        self._samples = []  # (time, CPU seconds so far: server, machine; resident bytes)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _sample(self):
        self._samples.append((time.monotonic(), self._server.cpu_seconds(), machine_cpu_seconds(),
                              rss_bytes(self._server.process.pid)))

    def _run(self):
        while not self._is_over.wait(self.INTERVAL_S):
            self._sample()

    def __enter__(self):
        self._sample()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()
        self._sample()

    def figures(self, begin, end):
        """Cores in use and the largest memory between two times of the monotonic clock."""
        inside = [sample for sample in self._samples if begin <= sample[0] <= end]
        first, last = inside[0], inside[-1]
        seconds = max(last[0] - first[0], self.INTERVAL_S)
        return {"cores": (last[1] - first[1]) / seconds,
                "machine_cores": (last[2] - first[2]) / seconds,
                "rss_bytes": max(sample[3] for sample in inside)}
