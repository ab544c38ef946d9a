"""Whether a peer's ranking is the expected one, and if not, how far off it is.

Peers add in float32 and in orders of their own, so their scores differ in the last digits and,
where two documents are nearly equal, the ranking may too. That is stated; anything larger is a
wrong answer, and a peer with a wrong answer is not timed.
"""

import hashlib
import json
import math

EXACT_TOLERANCE = 1e-12
FLOAT32_TOLERANCE = 1e-5


class WrongAnswer(Exception):
    pass


def signed_fidelity(cosine):
    return ((1 + cosine) / 2) ** 2


def of_response(data):
    """[(index, score)] of a server's answer."""
    return [(r["index"], r["relevance_score"]) for r in json.loads(data)["results"]]


def cosine(signed_fidelity_found):
    """That gives this signed fidelity."""
    return 2 * math.sqrt(signed_fidelity_found) - 1


def cosines_of_texts(data, to_cosine):
    """[(index, cosine)] of an answer in the manner of text-embeddings-inference."""
    return [(r["index"], to_cosine(r["score"])) for r in json.loads(data)]


def compare_ranking(found, expected):
    """As compare(), but a document out of its place is a wrong answer as well."""
    compared = compare(found, expected)
    if compared["indices_differing"]:
        raise WrongAnswer(compared["answer"])
    return compared


def ranking_hash(indices):
    """Of the ranked indices alone: the same wherever the ranking is."""
    return hashlib.sha256(",".join(map(str, indices)).encode()).hexdigest()[:16]


def compare(found, expected):
    """Both are [(index, score)], best first; {"answer": "equal" or words, "hash", ...}."""
    if len(found) != len(expected):
        raise WrongAnswer(f"{len(found)} results, expected {len(expected)}")
    differences = [abs(have[1] - want[1]) for have, want in zip(found, expected)]
    if not all(difference <= FLOAT32_TOLERANCE for difference in differences):  # nor NaN
        raise WrongAnswer(f"scores differ by {differences}, allowed: {FLOAT32_TOLERANCE}")
    off = max(differences)
    differing = sum(have[0] != want[0] for have, want in zip(found, expected))
    if differing:
        words = f"{differing} of {len(expected)} indices differ, scores by at most {off:.1e}"
    elif off > EXACT_TOLERANCE:
        words = f"same ranking; scores differ by at most {off:.1e}"
    else:
        words = "equal"
    return {"answer": words, "hash": ranking_hash(index for index, _ in found),
            "indices_differing": differing, "max_abs_difference": off}
