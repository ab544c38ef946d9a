"""The HTTP servers of the comparison, each on one core, and what one request costs them."""

import contextlib
import http.client
import os
import pathlib
import statistics
import subprocess
import time
import typing

import answers
import processes
import workers

NGINX_BODY_BUFFER = "16m"  # every body stays in memory, the JSON of 1000 documents too
WRK_TIMEOUT_S = 30
HERE = pathlib.Path(__file__).resolve().parent


class Target(typing.NamedTuple):
    name: str
    server: str  # ours, nginx, fastapi
    path: str
    form: str    # of bodies.make()
    what: str


TARGETS = (
    Target("ours_binary", "ours", "/v1/rerank", "binary", "ours, binary"),
    Target("ours_base64", "ours", "/v1/rerank", "base64", "ours, base64"),
    Target("ours_json", "ours", "/v1/rerank", "json", "ours, JSON"),
    Target("nginx_binary", "nginx", "/read", "binary", "nginx reads the binary body"),
    Target("nginx_base64", "nginx", "/read", "base64", "nginx reads the base64 body"),
    Target("nginx_json", "nginx", "/read", "json", "nginx reads the JSON body"),
    Target("fastapi_binary", "fastapi", "/binary", "binary", "FastAPI, binary, np.frombuffer"),
    Target("fastapi_base64", "fastapi", "/base64", "base64", "FastAPI, base64, orjson"),
    Target("fastapi_json", "fastapi", "/json", "json", "FastAPI, json.loads + numpy"),
    Target("fastapi_orjson", "fastapi", "/orjson", "json", "FastAPI, orjson + numpy"),
    Target("fastapi_pydantic", "fastapi", "/pydantic", "json", "FastAPI, Pydantic models"),
    Target("fastapi_pydantic_bytes", "fastapi", "/pydantic-bytes", "json",
           "FastAPI, Pydantic models, model_validate_json"),
)


class FastApi(processes.Process):
    FLAGS = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level",
             "warning", "--no-server-header", "--no-date-header")

    def __init__(self, venv, folder, module="fastapi_app", variables=None):
        self.port = processes.free_port()
        command = [str(venv / "bin" / "python"), "-B", "-m", "uvicorn", f"{module}:app",
                   "--app-dir", str(HERE), "--host", "127.0.0.1", "--port", str(self.port),
                   *self.FLAGS]
        with pathlib.Path(folder, f"{module}.log").open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log,
                                            env={**workers.environment(1), **(variables or {})})
        processes.wait_for(self.port, "/about", self.process)


@contextlib.contextmanager
def on_cores(cores):
    """What is started inside runs on these alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def split_cores():
    """(of the server, of the load): the same one where there is but one."""
    first, *others = sorted(os.sched_getaffinity(0))
    return {first}, set(others) or {first}


def answer_of(server, target, body, expected):
    """The target's answer, compared with the expected one; nginx has none."""
    status, data = processes.request(server.port, "POST", target.path, body.data, body.headers)
    if status != 200:
        raise SystemExit(f"{target.name}: answered {status}: {data[:500]!r}")
    if target.server == "nginx":
        return {"answer": "none: it reads the body", "hash": ""}
    try:
        return answers.compare(answers.of_response(data), expected)
    except answers.WrongAnswer as wrong:
        raise SystemExit(f"{target.name}: {wrong}") from None


def one_by_one(server, path, seconds, body):
    """The figures of processes.load() from one connection that waits for each answer.

    For requests so long that those in flight when a load ends, paid for and not counted, would
    weigh.
    """
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    times = []
    before, began = server.cpu_seconds(), time.perf_counter()
    while not times or time.perf_counter() - began < seconds:
        started = time.perf_counter()
        connection.request("POST", path, body.data, body.headers)
        response = connection.getresponse()
        response.read()
        times.append(time.perf_counter() - started)
        if response.status != 200:
            raise SystemExit(f"{path}: answered {response.status}")
    elapsed = time.perf_counter() - began
    cpu = server.cpu_seconds() - before
    connection.close()
    return {"requests": len(times), "seconds": elapsed, "cpu_us": cpu / len(times) * 1e6,
            "p50_us": statistics.median(times) * 1e6}


def one_round(servers, forms, seconds, folder, is_long, targets=TARGETS):
    """Each target once; `is_long` says that requests are."""
    figures = {}
    for target in targets:
        server, body = servers[target.server], forms[target.form]
        figures[target.name] = (
            one_by_one(server, target.path, seconds, body) if is_long else
            processes.load(server, target.path, seconds, folder, body, WRK_TIMEOUT_S))
        found = figures[target.name]
        found["requests_per_s"] = found["requests"] / found["seconds"]
    return figures
