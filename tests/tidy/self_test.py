"""Every rule refuses a snippet that breaks it and accepts one that keeps it."""

import unittest

import cpp_text
import rules

GOOD_HEADER = "// What it is for.\n#pragma once\n"


class FakeTree:
    def __init__(self, **files):
        self.files = {"tests/tidy/untested_sources.txt": ""}
        self.files.update(files.pop("at", {}))

    def paths(self, suffixes):
        return [path for path in self.files if path.endswith(suffixes)]

    def text(self, path):
        return self.files[path]

    def size(self, path):
        return len(self.files[path])


class RuleTest(unittest.TestCase):
    def refuses(self, rule, files, *words):
        found = [f"{path}:{line}: {what}" for path, line, what in
                 rules.RULES[rule](FakeTree(at=files))]
        self.assertTrue(found, f"{rule} accepted {files}")
        for word in words:
            self.assertIn(word, "\n".join(found))

    def accepts(self, rule, files):
        self.assertEqual([], list(rules.RULES[rule](FakeTree(at=files))))

    def test_layers_refuse_a_look_upwards(self):
        rule = "includes_follow_the_layers"
        self.refuses(rule, {"host/base/a.h": '#include "server/http/message.h"\n'}, "a.h:1")
        self.refuses(rule, {"kernels/math/a.h": "#include <boost/asio.hpp>\n"}, "standard library")
        self.refuses(rule, {"host/novel/a.h": ""}, "does not know")
        self.refuses(rule, {"host/backend/reference/r.cpp": '#include "kernels/math/lanes.h"\n'})
        self.accepts(rule, {"host/rerank/a.h": '#include "host/base/error.h"\n#include <map>\n'})
        self.accepts(rule, {"tests/any/a.cpp": '#include "server/http/message.h"\n'})

    def test_cycles_are_found_over_several_files(self):
        rule = "includes_have_no_cycle"
        ring = {"host/base/a.h": '#include "host/base/b.h"\n',
                "host/base/b.h": '#include "host/base/c.h"\n',
                "host/base/c.h": '#include "host/base/a.h"\n'}
        self.refuses(rule, ring, "a.h > host/base/b.h > host/base/c.h > host/base/a.h")
        self.accepts(rule, dict(ring, **{"host/base/c.h": ""}))

    def test_sockets_stay_in_server(self):
        rule = "sockets_stay_in_server"
        self.refuses(rule, {"host/batching/b.cpp": "#include <boost/asio/post.hpp>\n"})
        self.refuses(rule, {"server/http/router.cpp": "#include <boost/beast/http.hpp>\n"})
        self.accepts(rule, {"server/http/framing.cpp": "#include <boost/beast/http.hpp>\n"})

    def test_headers_stay_light(self):
        rule = "headers_stay_light"
        self.refuses(rule, {"host/a.h": GOOD_HEADER + "#include <nlohmann/json.hpp>\n"}, ":3")
        self.refuses(rule, {"host/a.h": "// No guard.\n"}, "pragma once")
        self.refuses(rule, {"host/a.h": "#pragma once\n"}, "comment")
        self.refuses(rule, {"host/a.h": GOOD_HEADER + "using namespace std;\n"}, "using")
        self.accepts(rule, {"host/a.h": GOOD_HEADER + "#include <nlohmann/json_fwd.hpp>\n"})

    def test_cuda_stays_behind_its_seams(self):
        rule = "cuda_stays_behind_its_seams"
        self.refuses(rule, {"kernels/a.cu": "kernel<<<1, 2>>>();\n"}, "cudaLaunchKernelEx")
        self.refuses(rule, {"host/a.h": "#ifdef __CUDACC__\n#endif\n"})
        self.refuses(rule, {"host/a.cpp": "#if HAS_CUDA\n#endif\n"})
        self.refuses(rule, {"host/backend/a.cpp": "#include <cuda_runtime.h>\n"})
        self.accepts(rule, {"kernels/math/hd.h": "#ifdef __CUDACC__\n#endif\n",
                            "host/b.h": "std::vector<std::vector<std::vector<int>>> deep;\n"})

    def test_sizes_are_bounded(self):
        rule = "files_and_functions_stay_small"
        self.refuses(rule, {"host/a.cpp": "\n" * 401}, "401 lines")
        self.refuses(rule, {"host/a.cpp": "x" * 101 + "\n"}, "101 columns")
        body = "    f();\n" * 69
        self.refuses(rule, {"host/a.cpp": "void g() {\n" + body + "}\n"}, "71 lines")
        self.accepts(rule, {"host/a.cpp": "void g() {\n" + body[9:] + "}\n"})

    def test_functions_are_found_where_they_hide(self):
        text = ("namespace a {\nstruct S : T {\n  explicit S(int x) noexcept\n"
                "      : x_{x}, y_(f({1})) {\n"
                "    for (;;) { g(); }\n  }\n  int m() const override { return 1; }\n"
                "  int x_ = 1, y_{2};\n};\nint table[] = {1, 2};\ntemplate <class T>\n"
                "auto h(T t) -> decltype(t) {\n  return [&] { return t; }();\n}\n"
                '// not { code\nconst char* s = "{";\n}  // namespace a\n')
        self.assertEqual([(3, 4), (7, 1), (11, 4)], list(cpp_text.functions(text)))

    def test_co_await_takes_named_variables_alone(self):
        rule = "co_await_names_only_variables"
        bad = ["co_await f(Request{1})", "co_await f({1, 2})", "co_await f([&] { return 1; })",
               "co_await f(make())", "co_await f(a, std::string(b))", 'co_await f("text")',
               "co_await f(a + b)", "co_await Task{}", "co_await a.b(c).d(e)",
               "co_await f(std::move(a.b()))"]
        for expression in bad:
            self.refuses(rule, {"server/a.cpp": f"  auto x = {expression};\n"}, ":1")
        good = ["co_await f(a)", "co_await timer_.async_wait(token)", "co_await task",
                "co_await f(std::move(a), b.c, d->e, *g, asio::use_awaitable, 3)",
                "co_await asio::this_coro::executor", "co_await f()", "co_await f(\n      a,\n  b)"]
        for expression in good:
            self.accepts(rule, {"server/a.cpp": f"  g(co_await_, ({expression}));\n"})
        self.accepts(rule, {"server/a.cpp": "// co_await f({1}) is wrong\n"})

    def test_the_remaining_words(self):
        self.refuses("asio_keeps_its_locks",
                     {"CMakeLists.txt": "add_definitions(-DBOOST_ASIO_DISABLE_THREADS=0)\n"})
        self.refuses("tests_do_not_sleep",
                     {"tests/a_test.cpp": "std::this_thread::sleep_for(delay);\n"})
        self.accepts("tests_do_not_sleep", {"host/base/a.cpp": "sleep_for(delay);\n"})
        self.refuses("nothing_is_left_unfinished", {"host/a.h": "// TODO\n"})
        self.refuses("nothing_is_left_unfinished", {"docs/a.md": "FIXME later\n"})
        self.refuses("no_machine_is_named", {"docs/a.md": "see /home/me/x\n"})
        self.accepts("no_machine_is_named", {"docs/a.md": "see perf/work/x\n"})

    def test_every_source_is_built_once(self):
        rule = "every_source_is_built_once"
        source = {"host/base/a.cpp": ""}
        self.refuses(rule, source, "0 CMakeLists")
        self.refuses(rule, dict(source, **{"host/base/CMakeLists.txt": "qr_library(b a.cpp)",
                                           "host/CMakeLists.txt": "add(base/a.cpp)"}), "2 CMake")
        self.refuses(rule, dict(source, **{"host/base/CMakeLists.txt": "# a.cpp\n"}))
        self.accepts(rule, dict(source, **{"host/base/CMakeLists.txt": "qr_library(b a.cpp)"}))

    def test_every_source_has_its_test(self):
        rule, listing = "every_source_has_its_test", "tests/tidy/untested_sources.txt"
        source = {"host/base/a.cpp": ""}
        self.refuses(rule, source, "has no tests/host/base/a_test.cpp")
        self.refuses(rule, dict(source, **{listing: "host/base/a.cpp:\n"}), "no reason")
        self.refuses(rule, {listing: "host/base/gone.cpp: b\n"}, "does not exist")
        tested = dict(source, **{"tests/host/base/a_test.cpp": ""})
        self.refuses(rule, dict(tested, **{listing: "host/base/a.cpp: b\n"}), "has a test now")
        self.accepts(rule, tested)
        self.accepts(rule, dict(source, **{listing: "host/base/a.cpp: b\n"}))

    def test_the_tree_stays_portable(self):
        self.refuses("the_tree_stays_portable", {"data.f32": "x" * (rules.TREE_BYTES_MAX + 1)})
        self.accepts("the_tree_stays_portable", {"data.f32": "x"})


if __name__ == "__main__":
    unittest.main()
