// Runs one hot path while valgrind's callgrind counts its instructions.
//
//   hot_paths --list            the names
//   hot_paths --build           compiler and flags, as JSON: counts of another build say nothing
//   hot_paths NAME [REPEATS]    four runs that warm up, then REPEATS (1) that are counted
//
// Counting is off but for the runs themselves; without callgrind everything runs the same. Exit
// status: 0, 1 when an answer is wrong, 2 when the arguments are.
#include <valgrind/callgrind.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "perf/guard/hot_path.h"

namespace qr::perf {
namespace {

constexpr int kWarmUpRuns = 4;
constexpr int kRepeatsMax = 1000;

HotPathEntries all_paths() {
    HotPathEntries all;
    for (const auto room : {&decode_paths, &score_paths, &http_paths, &batching_paths, &print_paths,
                            &service_paths, &text_paths, &dialect_paths}) {
        for (HotPathEntry& entry : room())
            all.push_back(std::move(entry));
    }
    return all;
}

void count(HotPath& path, int repeats) {
    for (int i = 0; i < kWarmUpRuns; ++i) {
        path.prepare();
        path.run();
        path.pass_gate();
    }
    CALLGRIND_START_INSTRUMENTATION;
    for (int i = 0; i < repeats; ++i) {
        path.prepare();
        CALLGRIND_TOGGLE_COLLECT;
        path.run();
        CALLGRIND_TOGGLE_COLLECT;
        path.pass_gate();
    }
    CALLGRIND_STOP_INSTRUMENTATION;
}

int refuse(std::string_view name) {
    std::fprintf(stderr, "path: found '%.*s', allowed:", static_cast<int>(name.size()),
                 name.data());
    for (const HotPathEntry& entry : all_paths())
        std::fprintf(stderr, " %s", entry.name.c_str());
    std::fprintf(stderr, "\n");
    return 2;
}

int run(std::string_view name, std::string_view repeats_text) {
    int repeats = 0;
    const char* const end = repeats_text.data() + repeats_text.size();
    const auto [stop, code] = std::from_chars(repeats_text.data(), end, repeats);
    if (stop != end || code != std::errc() || repeats < 1 || repeats > kRepeatsMax) {
        std::fprintf(stderr, "repeats: found '%.*s', allowed: 1..%d\n",
                     static_cast<int>(repeats_text.size()), repeats_text.data(), kRepeatsMax);
        return 2;
    }
    for (const HotPathEntry& entry : all_paths()) {
        if (entry.name != name) continue;
        count(*entry.make(), repeats);
        return 0;
    }
    return refuse(name);
}

int print_list() {
    for (const HotPathEntry& entry : all_paths())
        std::printf("%s\n", entry.name.c_str());
    return 0;
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: hot_paths --list | --build | NAME [REPEATS]\n");
        return 2;
    }
    const std::string_view name = argv[1];
    if (name == "--list") return qr::perf::print_list();
    if (name == "--build") {
        std::printf("{\"compiler\": \"%s\", \"flags\": \"%s\"}\n", QR_COMPILER, QR_FLAGS);
        return 0;
    }
    return qr::perf::run(name, argc == 3 ? argv[2] : "1");
}
