// What becomes of a running configuration when the layers are read again. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "server/config/config.h"

namespace qr::config {

struct Reload {
    Config config;                           // the running one, its live settings as loaded
    std::vector<std::string_view> changed;   // keys of the live settings that differ
    std::vector<std::string_view> deferred;  // keys of the others: they wait for a restart
};

Reload reload(const Config& running, const Config& loaded);

}  // namespace qr::config
