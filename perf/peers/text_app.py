"""The reranker of texts that a team would write with FastAPI, model2vec and numpy.

The model is the one that the server carries, loaded from its folder (MODEL2VEC_FOLDER). Query and
texts are encoded in one call, which is the quickest; vectors have unit length, so that a product is
a cosine. Handlers are `async` as in fastapi_app.py, and for the same reason.
"""

import os
import platform
from importlib import metadata

import numpy as np
import orjson
import threadpoolctl
from fastapi import FastAPI, HTTPException, Request, Response
from model2vec import StaticModel
from pydantic import BaseModel, Field

PACKAGES = ("fastapi", "uvicorn", "uvloop", "httptools", "pydantic", "orjson", "numpy",
            "model2vec", "tokenizers")
TEXTS_MAX = 10_000

app = FastAPI()
model = StaticModel.from_pretrained(os.environ["MODEL2VEC_FOLDER"], normalize=True)


def rank(query, texts):
    """(index, cosine), best first."""
    vectors = model.encode([query, *texts])
    cosines = vectors[1:] @ vectors[0]
    order = np.argsort(-cosines, kind="stable")
    return list(zip(order.tolist(), cosines[order].tolist()))


@app.post("/orjson")
async def rerank_orjson(request: Request):
    fields = orjson.loads(await request.body())
    if not fields["texts"]:
        raise HTTPException(422, "texts is empty")
    ranking = rank(fields["query"], fields["texts"])
    return Response(orjson.dumps([{"index": index, "score": score} for index, score in ranking]),
                    media_type="application/json")


class RerankRequest(BaseModel):
    query: str
    texts: list[str] = Field(min_length=1, max_length=TEXTS_MAX)


class Rank(BaseModel):
    index: int
    score: float


@app.post("/pydantic")
async def rerank_pydantic(fields: RerankRequest) -> list[Rank]:
    return [Rank(index=index, score=score) for index, score in rank(fields.query, fields.texts)]


@app.get("/about")
async def about():
    blas = [{key: info.get(key) for key in ("internal_api", "version", "architecture",
                                            "num_threads")}
            for info in threadpoolctl.threadpool_info() if info["user_api"] == "blas"]
    return {"python": platform.python_version(), "blas": blas,
            "versions": {name: metadata.version(name) for name in PACKAGES}}
