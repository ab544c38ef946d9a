// GET /v1/methods: every scoring method, its stages and what may honestly be claimed of it.
#pragma once

#include <string>

namespace qr {

// The whole body; it never changes while the process runs.
std::string print_methods();

}  // namespace qr
