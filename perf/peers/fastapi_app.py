"""The reranker that a team would write with FastAPI and numpy, for the server's own bodies.

One route for each way to read a body; all rank alike: float32, one matrix product. Handlers are
`async` on purpose: a request takes less than the hop to a thread and back, and the process has one
core. Versions and the kernel of the matrix product are at /about.
"""

import base64
import json
import platform
from importlib import metadata

import numpy as np
import orjson
import threadpoolctl
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field

PACKAGES = ("fastapi", "starlette", "uvicorn", "uvloop", "httptools", "pydantic", "orjson", "numpy")
DOCUMENTS_MAX = 10_000
DIMENSION_MAX = 65_536

app = FastAPI()


def rank(query, documents, top_n):
    """The `top_n` best as (index, signed fidelity); query [d], documents [n, d], float32."""
    if documents.ndim != 2 or query.shape != documents.shape[1:]:
        raise HTTPException(422, f"query {query.shape}, documents {documents.shape}")
    norms2 = np.vecdot(documents, documents) * (query @ query)
    if not (norms2.min() > 0 and norms2.max() < np.inf):
        raise HTTPException(422, "a vector is zero or not finite")
    scores = ((1 + documents @ query / np.sqrt(norms2)) / 2) ** 2
    count = min(top_n or len(scores), len(scores))
    best = np.argpartition(scores, -count)[-count:] if count < len(scores) else np.arange(count)
    best = best[np.argsort(-scores[best], kind="stable")]
    return list(zip(best.tolist(), scores[best].tolist()))


def results(ranking):
    return {"results": [{"index": index, "relevance_score": score} for index, score in ranking]}


def fast_answer(ranking):
    return Response(orjson.dumps(results(ranking)), media_type="application/json")


@app.post("/binary")
async def rerank_binary(request: Request):
    body = await request.body()
    length = int(request.headers["inference-header-content-length"])
    header = orjson.loads(body[:length])
    rows, dimension = header["documents"]["shape"]
    numbers = np.frombuffer(body, np.float32, offset=length)
    if header["query"]["shape"] != [dimension] or len(numbers) != (1 + rows) * dimension:
        raise HTTPException(422, "the tensors do not have the declared shapes")
    # An unaligned matrix would be copied by each operation that reads it.
    vectors = np.require(numbers, requirements="A").reshape(1 + rows, dimension)
    return fast_answer(rank(vectors[0], vectors[1:], header["top_n"]))


@app.post("/base64")
async def rerank_base64(request: Request):
    fields = orjson.loads(await request.body())
    query = np.frombuffer(base64.b64decode(fields["query"]["vector"]), np.float32)
    rows = b"".join(base64.b64decode(document["vector"]) for document in fields["documents"])
    documents = np.frombuffer(rows, np.float32).reshape(len(fields["documents"]), -1)
    return fast_answer(rank(query, documents, fields["top_n"]))


@app.post("/json")
async def rerank_json(request: Request):
    fields = json.loads(await request.body())
    ranking = rank(np.array(fields["query"], np.float32),
                   np.array(fields["documents"], np.float32), fields["top_n"])
    return Response(json.dumps(results(ranking)), media_type="application/json")


@app.post("/orjson")
async def rerank_orjson(request: Request):
    fields = orjson.loads(await request.body())
    return fast_answer(rank(np.array(fields["query"], np.float32),
                            np.array(fields["documents"], np.float32), fields["top_n"]))


class RerankRequest(BaseModel):
    query: list[float] = Field(min_length=1, max_length=DIMENSION_MAX)
    documents: list[list[float]] = Field(min_length=1, max_length=DOCUMENTS_MAX)
    top_n: int = Field(0, ge=0)


class Result(BaseModel):
    index: int
    relevance_score: float


class RerankResponse(BaseModel):
    results: list[Result]


def rank_model(fields: RerankRequest):
    ranking = rank(np.array(fields.query, np.float32), np.array(fields.documents, np.float32),
                   fields.top_n)
    return RerankResponse(results=[Result(index=index, relevance_score=score)
                                   for index, score in ranking])


@app.post("/pydantic")
async def rerank_pydantic(fields: RerankRequest) -> RerankResponse:
    return rank_model(fields)


@app.post("/pydantic-bytes")
async def rerank_pydantic_bytes(request: Request) -> RerankResponse:
    """Pydantic reads the bytes itself, without json.loads before it."""
    return rank_model(RerankRequest.model_validate_json(await request.body()))


@app.get("/about")
async def about():
    blas = [{key: info.get(key) for key in ("internal_api", "version", "architecture",
                                            "num_threads")}
            for info in threadpoolctl.threadpool_info() if info["user_api"] == "blas"]
    return {"python": platform.python_version(), "blas": blas,
            "versions": {name: metadata.version(name) for name in PACKAGES}}
