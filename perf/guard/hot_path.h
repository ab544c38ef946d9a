// The paths whose instructions are counted: what a request crosses, part by part, and some of what
// happens beside requests.
//
// One invariant: run() does the same work every time, on every machine: inputs are fixed, the
// instruction set is named, no clock and no random number decides anything. Lists here are by room;
// hot_paths.cpp joins them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qr::perf {

class HotPath {
  public:
    virtual ~HotPath() = default;
    // What a run uses up. Not counted.
    virtual void prepare() {}
    // Counted.
    virtual void run() = 0;
    // Ends the program unless the run's answer is right, computed another way (perf/gate.h). Not
    // counted.
    virtual void pass_gate() = 0;
};

struct HotPathEntry {
    std::string name;  // as perf/guard/instructions.json has it
    std::unique_ptr<HotPath> (*make)();
};
using HotPathEntries = std::vector<HotPathEntry>;

template <class Path, auto... arguments>
std::unique_ptr<HotPath> make_path() {
    return std::make_unique<Path>(arguments...);
}

HotPathEntries decode_paths();    // bytes of a body to a request
HotPathEntries score_paths();     // a request to scores, scores to a ranking
HotPathEntries http_paths();      // heads, chunks, gzip
HotPathEntries batching_paths();  // a job to its reply
HotPathEntries print_paths();     // a ranking to bytes
HotPathEntries service_paths();   // metrics, configuration
HotPathEntries text_paths();      // texts to vectors, a request of texts to its answer
HotPathEntries dialect_paths();   // every dialect's bytes to a request, scores to its bytes

}  // namespace qr::perf
