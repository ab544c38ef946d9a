"""A server that is full until a client has been told so: what retrying clients are tested with."""

import contextlib
import threading
import time

from support import TIMEOUT_S

FLAGS = ("--max-concurrent-requests", "1")


def refusals(server, route):
    """How many requests of that route were answered 4xx, by the server's own count."""
    wanted = f'qr_http_requests_total{{route="{route}",status="4xx"}} '
    metrics = server.request("GET", "/metrics").body.decode()
    lines = [line for line in metrics.splitlines() if line.startswith(wanted)]
    return sum(float(line[len(wanted):]) for line in lines)


@contextlib.contextmanager
def full(server, route):
    """Holds the server's only place with a body that does not come, until a client of `route` has
    been refused."""
    holder = server.connect()
    holder.sendall(b"POST /v1/rerank HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                   b"Content-Length: 1000\r\n\r\n{")
    deadline = time.monotonic() + TIMEOUT_S
    while server.request("GET", "/health").json()["admission"]["jobs"] < 1:
        if time.monotonic() > deadline:
            raise AssertionError("the place was never taken")
        time.sleep(0.005)
    before = refusals(server, route)

    def let_go():
        while refusals(server, route) == before and time.monotonic() < deadline:
            time.sleep(0.005)
        holder.close()

    watcher = threading.Thread(target=let_go)
    watcher.start()
    try:
        yield
    finally:
        holder.close()
        watcher.join(TIMEOUT_S)
