"""The server beside what else a team might use for the same work, in one run, in turns.

    peers.py BUILD_FOLDER VENV [--seconds 3] [--rounds 3] [--no-write]

Two families. HTTP: servers on one core each, and the CPU time that a request costs them. Scoring
alone: libraries that are given float32 rows in memory. A correct answer comes first: what gives a
wrong one is not timed. Results go to perf/results/<machine>-peers.json and into the tables of
docs/PERFORMANCE.md. Exit status 1 when a bar is missed.
"""

import contextlib
import json
import os
import pathlib
import sys

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / folder) for folder in ("http", "page", "shared")]

import answers  # noqa: E402
import bodies  # noqa: E402
import measuring  # noqa: E402
import libraries  # noqa: E402
import peers_report  # noqa: E402
import processes  # noqa: E402
import report  # noqa: E402
import servers  # noqa: E402

SIZES = (peers_report.BAR_DOCUMENTS, 1000)  # documents of a request
WARM_UP_SECONDS = 1
SLICE_SECONDS = 0.5  # of one library's turn
WARM_UP_SLICE_SECONDS = 0.1
DEBIAN_PYTHON = "/usr/bin/python3"


def say(text):
    print(f"   {text}", file=sys.stderr, flush=True)


def version_of(target, about, ours):
    if target.server == "ours":
        return ours
    if target.server == "nginx":
        return report.package("nginx")
    names = ["fastapi", "uvicorn", "numpy"]
    names += ["orjson"] if target.path in ("/orjson", "/base64", "/binary") else []
    names += ["pydantic"] if "pydantic" in target.path else []
    return (f"Python {about['python']}, "
            + ", ".join(f"{name} {about['versions'][name]}" for name in names))


def settings_of(target, about):
    if target.server == "ours":
        return "one core, defaults"
    if target.server == "nginx":
        return (f"one core, 1 worker, no access log, client_body_buffer_size "
                f"{servers.NGINX_BODY_BUFFER}, echo_read_request_body")
    blas = ", ".join(f"{info['internal_api']} {info['version']} {info['architecture']}"
                     for info in about["blas"])
    return f"one core, 1 process, async handler, POST {target.path}; BLAS: {blas}"


def http_part(running, documents, arguments, folder, expected, ours):
    """Rows and rounds of the HTTP servers with requests of `documents` documents."""
    forms = bodies.make(documents)
    is_long = documents > peers_report.BAR_DOCUMENTS
    about = json.loads(processes.request(running["fastapi"].port, "GET", "/about")[1])
    notes = {}
    for target in servers.TARGETS:
        server = running[target.server]
        notes[target.name] = {
            "version": version_of(target, about, ours), "settings": settings_of(target, about),
            "command": report.plain(server.process.args, folder, server.port),
            "body_bytes": len(forms[target.form].data),
            **servers.answer_of(server, target, forms[target.form], expected)}
    seconds = arguments.seconds / 2 if is_long else arguments.seconds
    servers.one_round(running, forms, WARM_UP_SECONDS, folder, is_long)
    rounds = []
    for number in range(arguments.rounds):
        rounds.append(servers.one_round(running, forms, seconds, folder, is_long))
        say(f"HTTP, {documents} documents, round {number + 1} of {arguments.rounds}")
    load = ("one kept connection, one request at a time" if is_long else
            f"wrk -t1 -c{processes.CONNECTIONS}, kept connections")
    return {"documents": documents, "load": f"{load}, {seconds:g} s a turn", "rounds": rounds,
            "rows": peers_report.http_rows(servers.TARGETS, rounds, notes)}


def http_family(arguments, folder, expected, ours):
    build = arguments.build.resolve()
    server_cores, load_cores = servers.split_cores()
    starts = {"ours": lambda: processes.Ours(build / "bin" / "quantumrerank", folder),
              "nginx": lambda: processes.Nginx(folder, servers.NGINX_BODY_BUFFER),
              "fastapi": lambda: servers.FastApi(arguments.venv.absolute(), folder)}
    with contextlib.ExitStack() as stack:
        with servers.on_cores(server_cores):
            running = {name: stack.enter_context(start()) for name, start in starts.items()}
        stack.enter_context(servers.on_cores(load_cores))
        return [http_part(running, documents, arguments, folder, expected[documents], ours)
                for documents in SIZES]


def scoring_rows(documents, rounds, threads, greetings, started, folder, ours):
    rows = []
    greeting = greetings["ours", 1]
    names = [("ours", "ours, exact double precision", ours,
              f"instruction set {greeting['instruction_set']}")]
    for library in libraries.LIBRARIES:
        names.append((library.name, library.what,
                      *libraries.describe(library, greetings[library.name, 1])))
    for name, what, version, settings in names:
        command = report.plain(started[name, 1].command, folder)
        rows.append({"name": name, "what": what, "version": version, "settings": settings,
                     "command": command, **greetings[name, 1]["answers"][documents],
                     **peers_report.scoring_row(name, documents, rounds, threads)})
    return rows


def scoring_round(started, seconds):
    """Every worker once with each number of documents: {(name, threads, documents): {"us"}}."""
    return {(*key, documents): {"us": worker.median_us(documents, seconds)}
            for documents in SIZES for key, worker in started.items()}


def scoring_family(arguments, folder, expected, ours):
    vectors = folder / "vectors.f32"
    vectors.write_bytes(b"".join(v.tobytes() for v in bodies.vectors(1 + max(SIZES))))
    threads = sorted({1, len(os.sched_getaffinity(0))})
    interpreters = {"venv": arguments.venv.absolute() / "bin" / "python", "debian": DEBIAN_PYTHON}
    started = libraries.start(arguments.build.resolve(), interpreters, vectors, SIZES, threads,
                              folder / "workers.log")
    with contextlib.ExitStack() as stack:
        for worker in started.values():
            stack.enter_context(worker)
        greetings = {key: worker.greet(expected) for key, worker in started.items()}
        scoring_round(started, WARM_UP_SLICE_SECONDS)
        rounds = []
        for number in range(arguments.rounds):
            rounds.append(scoring_round(started, SLICE_SECONDS))
            say(f"scoring alone, round {number + 1} of {arguments.rounds}")
    kept = [{f"{name}, {count} threads, {documents} documents": figures["us"]
             for (name, count, documents), figures in each.items()} for each in rounds]
    return [{"documents": documents, "threads": threads, "rounds_us": kept,
             "rows": scoring_rows(documents, rounds, threads, greetings, started, folder, ours)}
            for documents in SIZES]


def measure(arguments, folder):
    load_average = os.getloadavg()[0]  # says whether anything else ran
    expected = {documents: bodies.expected(documents) for documents in SIZES}
    command = "scripts/peers.sh " + " ".join(sys.argv[3:])
    origin = report.origin(arguments.build.resolve() / "bin" / "quantumrerank", command)
    ours = origin["commit"]
    # Loads of one family never run beside the workers of the other.
    scoring = scoring_family(arguments, folder, expected, ours)
    http = http_family(arguments, folder, expected, ours)
    return {**origin, "load_average_before": load_average,
            "bars": peers_report.bars(http[0]["rounds"]), "http": http,
            "scoring": scoring, "expected_hashes": {
                documents: answers.ranking_hash(index for index, _ in ranking)
                for documents, ranking in expected.items()}}


if __name__ == "__main__":
    sys.exit(measuring.main(__doc__, measure, peers_report.table, "peers",
                            folders=("build", "venv")))
