"""Who may include whom: docs/ARCHITECTURE.md as a table.

A room is the longest path here that a file lies under; an entry may be a folder or one file. Every
room may include itself, tests/ and perf/ may include anything, and a folder that stands nowhere
here is an error: a new room is a decision, taken by adding its line.
"""

_HOST_ALL = ("host",)
_KERNELS = ("kernels/math", "kernels/scoring")

ALLOWED = {
    "kernels": ("kernels/cuda", *_KERNELS),
    "kernels/math": (),
    "kernels/cuda": ("kernels/math",),
    "kernels/scoring": ("kernels/math",),
    "host/base": (),
    "host/encoding": ("host/base",),
    "host/text": ("host/base", "host/encoding", "embedded"),
    "host/state": ("host/base", "kernels/math"),
    "host/backend": ("host/state", "host/base", *_KERNELS),
    # The door to host/cuda, where collections are made too.
    "host/backend/cuda": (
        "host/collection/engine/collection_engine.h",
        "host/backend",
        "host/base",
    ),
    # The oracle in the product: it must not share arithmetic with what it is held against.
    "host/backend/reference": (
        "host/backend/fidelity_backend.h",
        "host/state",
        "host/base",
        "kernels/scoring/methods.h",
    ),
    # The only host code that sees CUDA headers; the server opens it at run time.
    "host/cuda": (
        "host/collection/engine/collection_engine.h",
        "host/collection/engine/memory_budget.h",
        "host/collection/engine/table_layout.h",
        "host/collection/engine/view_ledger.h",
        "host/backend",
        "host/encoding",
        "host/state",
        "host/base",
        "kernels",
    ),
    "host/admission": ("host/base",),
    "host/batching": ("host/backend", "host/state", "host/base", "kernels/scoring"),
    "host/health": ("host/batching", "host/backend", "host/base"),
    "host/store": ("host/base",),
    # Collections: what they mean above, how they are searched in engine/.
    "host/collection": (
        "host/store",
        "host/batching",
        "host/backend/fidelity_backend.h",
        "host/backend/device_report.h",
        "host/encoding",
        "host/state",
        "host/base",
        "kernels/scoring",
    ),
    "host/collection/engine": (
        "host/backend",
        "host/encoding",
        "host/state",
        "host/base",
        *_KERNELS,
    ),
    # The other oracle, as host/backend/reference.
    "host/collection/engine/reference": (
        "host/collection/engine/collection_engine.h",
        "host/collection/engine/memory_budget.h",
        "host/collection/engine/table_layout.h",
        "host/collection/engine/view_ledger.h",
        "host/backend/reference",
        "host/backend/row_fault.h",
        "host/encoding",
        "host/state",
        "host/base",
        "kernels/scoring/methods.h",
    ),
    "host/rerank": (
        "host/collection",
        "host/batching",
        "host/text",
        "host/backend",
        "host/state",
        "host/base",
        "kernels/scoring",
    ),
    "server/json": ("host/base", "host/encoding", "host/state"),
    "server/http": ("host/base",),
    "server/config": ("host/base",),
    "server/dialects": ("server/http/message.h", "server/json", *_HOST_ALL, *_KERNELS),
    "server/filters": ("server/http/message.h", "server/json", "host/base"),
    "server/handlers": (
        "server/http",
        "server/json",
        "server/dialects",
        "server/app/await_scores.h",
        "server/app/await_search.h",
        "server/app/await_vectors.h",
        "server/app/await_work.h",
        "embedded",
        *_HOST_ALL,
        *_KERNELS,
    ),
    "server/openapi": ("embedded",),
    "server/cli": ("server", "embedded", *_HOST_ALL, *_KERNELS),
    "server/app": ("server", "embedded", *_HOST_ALL, *_KERNELS),
    "server/main.cpp": ("server", "host/backend/backends.h"),
}

# Composition rooms: they may include, and nobody below may include them but by the lines above.
FREE = ("tests", "perf")

# Beast costs 7-11 s a source: it stays in this one.
BEAST = ("server/http/framing.cpp",)


def is_under(path, entry):
    return path == entry or path.startswith(entry + "/")


def room_of(path):
    rooms = [room for room in ALLOWED if is_under(path, room)]
    return max(rooms, key=len) if rooms else None


def may_include(path, included):
    room = room_of(path)
    if any(is_under(included, entry) for entry in ALLOWED[room]):
        return True
    # host/backend may use its own folders; host/backend/reference is a room apart.
    return is_under(included, room)
