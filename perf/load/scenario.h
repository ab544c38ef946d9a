// A scenario: a small TOML file that says how load is offered and what is asked, but not whom.
//
//   steps = ["50x10", "50..200x30"]     as --step takes them; or clients and seconds, or rate and
//   warm_up_s = 2                       seconds; every key is a flag's name (README.md lists them)
//   [[request]]                         one or more, drawn by weight
//   name = "binary"
//   weight = 3
//   format = "binary"                   binary, base64, json or text: generated rerank bodies,
//   documents = 100                     with dimension (text: words), top_n and variants (different
//   dimension = 768                     bodies, sent in turns); or path, method, headers and bodies
//                                       of your own
//   [[collection]]                      none or more, that requests with `collection` search:
//   name, dimension, rows               fill.py makes them
#pragma once

#include <string>
#include <vector>

#include "host/base/error.h"
#include "perf/load/requests.h"
#include "perf/load/settings.h"

namespace qr::load {

struct Scenario {
    std::string name;  // of the file, without folder and ending
    Settings settings;
    std::vector<RequestSettings> requests;
};

// Errors: `invalid`, naming file, line and key, what was found and what is allowed.
Result<Scenario> read_scenario(const std::string& path);

}  // namespace qr::load
