"""Texts in, ranking out: the server beside FastAPI + model2vec + numpy, in one run, in turns.

    text_peers.py BUILD_FOLDER VENV [--seconds 3] [--rounds 3] [--no-write]

Both have the same Model2Vec folder (host/text/model) and one core each. Nothing is timed before
both rank the documents alike, with cosines that float32 explains. Results go to
perf/results/<machine>-text.json and into the table of docs/PERFORMANCE.md. Exit status 1 when the
bar is missed.
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
import peers_report  # noqa: E402
import processes  # noqa: E402
import report  # noqa: E402
import servers  # noqa: E402

SAMPLE = report.ROOT / "samples" / "scifact_claim" / "request.json"
MODEL = report.ROOT / "host" / "text" / "model"
TEXT_CHARACTERS = 100  # of a document, at most; cut between words
WARM_UP_SECONDS = 1
REFERENCE = "fastapi_orjson"  # whose ranking the others must give: model2vec's own

TARGETS = (
    servers.Target("ours_text", "ours", "/rerank", "text", "ours, `POST /rerank`"),
    servers.Target("fastapi_orjson", "fastapi", "/orjson", "text",
                   "FastAPI, orjson, model2vec"),
    servers.Target("fastapi_pydantic", "fastapi", "/pydantic", "text",
                   "FastAPI, Pydantic models, model2vec"),
    servers.Target("parallel_orjson", "parallel", "/orjson", "text",
                   "FastAPI, orjson, model2vec, TOKENIZERS_PARALLELISM=true"),
    servers.Target("parallel_pydantic", "parallel", "/pydantic", "text",
                   "FastAPI, Pydantic models, model2vec, TOKENIZERS_PARALLELISM=true"),
)


def shorten(text):
    return text if len(text) <= TEXT_CHARACTERS else text[:TEXT_CHARACTERS].rpartition(" ")[0]


def body():
    """The sample's claim and the beginnings of its abstracts, as text-embeddings-inference asks."""
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))
    fields = {"query": sample["query"]["text"],
              "texts": [shorten(document["text"]) for document in sample["documents"]]}
    return bodies.Body("text", json.dumps(fields, ensure_ascii=False).encode(),
                       {"Content-Type": "application/json"})


def cosines(server, target, request):
    """[(index, cosine)] of a target's answer."""
    status, data = processes.request(server.port, "POST", target.path, request.data,
                                     request.headers)
    if status != 200:
        raise SystemExit(f"{target.name}: answered {status}: {data[:500]!r}")
    return answers.cosines_of_texts(
        data, answers.cosine if target.server == "ours" else lambda cosine: cosine)


def check_all(running, request):
    """{name: how its answer compares}; ends the run where one ranks otherwise."""
    found = {target.name: cosines(running[target.server], target, request) for target in TARGETS}
    compared = {}
    for name, ranking in found.items():
        try:
            compared[name] = answers.compare_ranking(ranking, found[REFERENCE])
        except answers.WrongAnswer as wrong:
            raise SystemExit(f"{name}: {wrong}") from None
    return compared


def notes_of(running, compared, request, folder, ours):
    about = json.loads(processes.request(running["fastapi"].port, "GET", "/about")[1])
    names = ("fastapi", "uvicorn", "model2vec", "tokenizers", "numpy")
    version = ", ".join([f"Python {about['python']}",
                         *(f"{name} {about['versions'][name]}" for name in names)])
    notes = {}
    for target in TARGETS:
        server, is_ours = running[target.server], target.server == "ours"
        parallelism = "true" if target.server == "parallel" else "false"
        notes[target.name] = {
            "version": ours if is_ours else version,
            "settings": "one core, defaults" if is_ours else
                        f"one core, 1 process, async handler, POST {target.path}, uvloop, "
                        f"httptools, TOKENIZERS_PARALLELISM={parallelism}",
            "command": report.plain(server.process.args, folder, server.port),
            "body_bytes": len(request.data), **compared[target.name]}
    return notes


def start(arguments, folder, stack):
    """The servers by name, on the core that is theirs."""
    venv, build = arguments.venv.absolute(), arguments.build.resolve()
    server_cores, load_cores = servers.split_cores()
    with servers.on_cores(server_cores):
        running = {"ours": stack.enter_context(
            processes.Ours(build / "bin" / "quantumrerank", folder))}
        for name, parallelism in (("fastapi", "false"), ("parallel", "true")):
            running[name] = stack.enter_context(servers.FastApi(venv, folder, "text_app", {
                "MODEL2VEC_FOLDER": str(MODEL), "TOKENIZERS_PARALLELISM": parallelism}))
    stack.enter_context(servers.on_cores(load_cores))
    return running


def measure(arguments, folder):
    load_average = os.getloadavg()[0]  # says whether anything else ran
    command = "scripts/peers.sh --only text " + " ".join(sys.argv[3:])
    origin = report.origin(arguments.build.resolve() / "bin" / "quantumrerank", command)
    request = body()
    forms = {"text": request}
    with contextlib.ExitStack() as stack:
        running = start(arguments, folder, stack)
        compared = check_all(running, request)
        notes = notes_of(running, compared, request, folder, origin["commit"])
        servers.one_round(running, forms, WARM_UP_SECONDS, folder, False, TARGETS)
        rounds = []
        for number in range(arguments.rounds):
            rounds.append(servers.one_round(running, forms, arguments.seconds, folder, False,
                                            TARGETS))
            print(f"   texts, round {number + 1} of {arguments.rounds}", file=sys.stderr)
    documents = len(json.loads(request.data)["texts"])
    load = (f"wrk -t1 -c{processes.CONNECTIONS}, kept connections, {arguments.seconds:g} s a turn")
    return {**origin, "load_average_before": load_average,
            "bars": peers_report.text_bars(rounds),
            "http": [{"documents": documents, "load": load, "rounds": rounds,
                      "rows": peers_report.http_rows(TARGETS, rounds, notes)}],
            "expected_hashes": {documents: compared[REFERENCE]["hash"]}}


if __name__ == "__main__":
    sys.exit(measuring.main(__doc__, measure, peers_report.text_table, "text",
                            folders=("build", "venv")))
