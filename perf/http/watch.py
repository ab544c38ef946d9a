"""What a process used over time, sampled from /proc while something else loads it."""

import pathlib
import re
import threading
import time


def rss_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024


class Watch:
    """Samples a server as long as it is entered; asked afterwards for any stretch of that time."""

    INTERVAL_S = 0.05

    def __init__(self, server):
        self._server = server
        self._samples = []  # (time, CPU seconds so far, resident bytes)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _sample(self):
        self._samples.append((time.monotonic(), self._server.cpu_seconds(),
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
        """{"cores", "rss_bytes" (the largest)} between two times of the monotonic clock."""
        inside = [sample for sample in self._samples if begin <= sample[0] <= end]
        (first_time, first_cpu, _), (last_time, last_cpu, _) = inside[0], inside[-1]
        return {"cores": (last_cpu - first_cpu) / max(last_time - first_time, self.INTERVAL_S),
                "rss_bytes": max(rss for _, _, rss in inside)}
