// The configuration as text: what is in effect, and the page that documents every setting.
#pragma once

#include <string>

#include "server/config/load_config.h"

namespace qr::config {

// TOML that load_config accepts again (secrets apart, which are masked), each value with its
// origin.
std::string print_config(const Loaded& loaded);

// docs/CONFIGURATION.md, whole.
std::string print_docs();

}  // namespace qr::config
