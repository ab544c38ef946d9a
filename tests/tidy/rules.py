"""The rules of the tree that no compiler checks, one function each.

A rule takes a Tree and yields (path, line, what is wrong and what is allowed). RULES names them;
self_test.py holds each to a snippet that it must refuse.
"""

import re

import cpp_text
import layers

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
TREE_BYTES_MAX = 24 << 20
CPP = (".h", ".cpp", ".cu", ".cuh")
HEADERS = (".h", ".cuh")
WRITTEN = (*CPP, ".py", ".sh", ".cmake", "CMakeLists.txt")
SOURCE_ROOTS = ("kernels", "host", "server")
CUDA_ROOTS = ("kernels/", "host/cuda/", "tests/kernels/", "tests/host/cuda/",
              "tests/support/emulation/", "tests/gpu/", "tests/perf/gpu/", "perf/kernels/",
              "perf/host/cuda/")
# A rule's own examples are no offence.
OWN = "tests/tidy/"

_NAME = r"[*&]?[A-Za-z_]\w*(?:(?:::|\.|->)[A-Za-z_]\w*)*"
_ARGUMENT = rf"(?:{_NAME}|std::move\({_NAME}\)|\d[\w']*)"
_AWAITABLE = re.compile(rf"{_NAME}(?:\((?:{_ARGUMENT}(?:, ?{_ARGUMENT})*)?\))?")


def _matches(tree, suffixes, pattern, message, allowed=()):
    """Every match of `pattern` in code (comments and literals apart) of files with a suffix."""
    for path in tree.paths(suffixes):
        if path in allowed or path.startswith(OWN):
            continue
        text = cpp_text.code(tree.text(path))
        for match in re.finditer(pattern, text):
            yield path, cpp_text.line_of(text, match.start()), message.format(match.group().strip())


def includes_follow_the_layers(tree):
    for path in tree.paths(CPP):
        if any(layers.is_under(path, room) for room in layers.FREE):
            continue
        if layers.room_of(path) is None:
            yield path, 1, "lies in a room that tests/tidy/layers.py does not know"
            continue
        for line, included, is_angled in cpp_text.includes(tree.text(path)):
            if not is_angled and not layers.may_include(path, included):
                room = layers.room_of(path)
                yield path, line, (f"includes {included}; {room} may include itself and "
                                   f"{', '.join(layers.ALLOWED[room]) or 'nothing else'}")
            if is_angled and path.startswith("kernels/") and "/" in included:
                yield path, line, f"includes <{included}>; kernels/ see the standard library alone"


def includes_have_no_cycle(tree):
    graph = {}
    for path in tree.paths(CPP):
        graph[path] = [i for _, i, angled in cpp_text.includes(tree.text(path)) if not angled]
    done, trail = set(), []

    def visit(path):
        if path in trail:
            yield path, 1, "include cycle: " + " > ".join(trail[trail.index(path):] + [path])
            return
        if path in done or path not in graph:
            return
        trail.append(path)
        for included in graph[path]:
            yield from visit(included)
        trail.pop()
        done.add(path)

    for path in graph:
        yield from visit(path)


def sockets_stay_in_server(tree):
    for path in tree.paths(CPP):
        for line, included, _ in cpp_text.includes(tree.text(path)):
            if included.startswith("boost/asio") and path.startswith(("host/", "kernels/")):
                yield path, line, f"includes {included}; Asio is for server/"
            if included.startswith("boost/beast") and path not in layers.BEAST:
                if not path.startswith("tests/"):
                    yield path, line, f"includes {included}; Beast is for {', '.join(layers.BEAST)}"


def headers_stay_light(tree):
    for path in tree.paths(HEADERS):
        text = tree.text(path)
        for line, included, _ in cpp_text.includes(text):
            if included == "nlohmann/json.hpp":
                yield path, line, "includes nlohmann/json.hpp; a header may include json_fwd.hpp"
        if "#pragma once" not in text:
            yield path, 1, "has no #pragma once"
        if not text.startswith("//"):
            yield path, 1, "begins without a comment that says what it is for"
        for match in re.finditer(r"^using\s+namespace\b", cpp_text.code(text), re.M):
            yield path, cpp_text.line_of(text, match.start()), "using namespace in a header"


def cuda_stays_behind_its_seams(tree):
    yield from _matches(tree, CPP, r"<<<", "found {}; kernels start by cudaLaunchKernelEx")
    yield from _matches(tree, CPP, r"\b__CUDACC__\b|\b__CUDA_ARCH__\b",
                        "found {}; only kernels/math/hd.h may ask", ("kernels/math/hd.h",))
    yield from _matches(tree, CPP, r"#\s*if\w*\s+.*\bHAS_CUDA\b",
                        "found '{}'; the build picks the file instead")
    for path in tree.paths(CPP):
        for line, included, _ in cpp_text.includes(tree.text(path)):
            is_cuda = re.match(r"cu(da|blas|b/)", included)
            if is_cuda and not path.startswith(CUDA_ROOTS):
                yield path, line, f"includes {included}; CUDA is for {', '.join(CUDA_ROOTS)}"


def files_and_functions_stay_small(tree):
    for path in tree.paths(WRITTEN):
        lines = tree.text(path).splitlines()
        if len(lines) > FILE_LINES_MAX:
            yield path, FILE_LINES_MAX, f"has {len(lines)} lines, allowed {FILE_LINES_MAX}"
        for number, line in enumerate(lines, start=1):
            if len(line) > COLUMNS_MAX:
                yield path, number, f"has {len(line)} columns, allowed {COLUMNS_MAX}"
    for path in tree.paths(CPP):
        for line, length in cpp_text.functions(tree.text(path)):
            if length > FUNCTION_LINES_MAX:
                yield path, line, f"function of {length} lines, allowed {FUNCTION_LINES_MAX}"


def co_await_names_only_variables(tree):
    """g++ 12 destroys twice a braced temporary or capturing lambda inside a co_await expression."""
    for path in tree.paths(CPP):
        for line, expression in cpp_text.awaited(tree.text(path)):
            if not _AWAITABLE.fullmatch(expression):
                yield path, line, (f"co_await {expression[:60]}: allowed are a variable or a call "
                                   "whose arguments are named variables or std::move of one")


def asio_keeps_its_locks(tree):
    yield from _matches(tree, (*CPP, ".cmake", "CMakeLists.txt", "CMakePresets.json"),
                        r"BOOST_ASIO_DISABLE_THREADS", "{}: even =0 disables locking")


def tests_do_not_sleep(tree):
    calls = r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b"
    for path, line, message in _matches(tree, CPP, calls,
                                        "calls {}; wait for what should happen instead"):
        if path.startswith("tests/"):
            yield path, line, message


def nothing_is_left_unfinished(tree):
    words = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    for path in tree.paths((*WRITTEN, ".md", ".toml", ".service")):
        if path.startswith(OWN):
            continue
        for number, line in enumerate(tree.text(path).splitlines(), start=1):
            if words.search(line):
                yield path, number, "says that it is unfinished"


def no_machine_is_named(tree):
    pattern = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:work|root|home)/")
    for path in tree.paths((*WRITTEN, ".md", ".toml", ".json", ".service", ".txt")):
        if path.startswith(OWN):
            continue
        for number, line in enumerate(tree.text(path).splitlines(), start=1):
            if pattern.search(line):
                yield path, number, "names a path of one machine"


def every_source_is_built_once(tree):
    named = {}
    for path in tree.paths(("CMakeLists.txt",)):
        folder = path[: -len("CMakeLists.txt")]
        text = re.sub(r"#[^\n]*", "", tree.text(path))
        for source in re.findall(r"[\w./-]+\.(?:cpp|cu)\b", text):
            named.setdefault(folder + source, set()).add(path)
    for path in tree.paths((".cpp", ".cu")):
        places = sorted(named.get(path, ()))
        if len(places) != 1:
            yield path, 1, f"is named in {len(places)} CMakeLists.txt, allowed is one: {places}"


def every_source_has_its_test(tree):
    exceptions = {}
    for number, line in enumerate(tree.text(OWN + "untested_sources.txt").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            path, _, reason = line.partition(": ")
            exceptions[path] = number
            if not reason.strip():
                yield OWN + "untested_sources.txt", number, "gives no reason"
    present = set(tree.paths(CPP))
    for path in sorted(present):
        if not path.startswith(SOURCE_ROOTS) or not path.endswith((".cpp", ".cu")):
            continue
        test = f"tests/{path.rpartition('.')[0]}_test.cpp"
        if test not in present and path not in exceptions:
            yield path, 1, f"has no {test} and no line in tests/tidy/untested_sources.txt"
        if test in present and path in exceptions:
            yield path, 1, "has a test now: take it off tests/tidy/untested_sources.txt"
    for path, number in exceptions.items():
        if path not in present:
            yield OWN + "untested_sources.txt", number, f"{path} does not exist"


def the_tree_stays_portable(tree):
    total = sum(tree.size(path) for path in tree.paths(""))
    if total > TREE_BYTES_MAX:
        largest = sorted(tree.paths(""), key=tree.size)[-5:]
        yield largest[-1], 1, (f"the tree has {total} bytes, allowed {TREE_BYTES_MAX}; "
                               f"largest: {largest}")


RULES = {
    rule.__name__: rule
    for rule in (
        includes_follow_the_layers,
        includes_have_no_cycle,
        sockets_stay_in_server,
        headers_stay_light,
        cuda_stays_behind_its_seams,
        files_and_functions_stay_small,
        co_await_names_only_variables,
        asio_keeps_its_locks,
        tests_do_not_sleep,
        nothing_is_left_unfinished,
        no_machine_is_named,
        every_source_is_built_once,
        every_source_has_its_test,
        the_tree_stays_portable,
    )
}
