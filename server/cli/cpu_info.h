// The processor in words, for people who compare machines.
#pragma once

#include <cstddef>
#include <string>

namespace qr::cli {

std::string cpu_model();     // "unknown" where the kernel does not tell
std::size_t usable_cores();  // that this process may run on

}  // namespace qr::cli
