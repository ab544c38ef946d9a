// A TOML text as a flat list of given values with their lines: the only user of toml++.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "server/config/setting.h"

namespace qr::config {

inline constexpr std::size_t kConfigFileBytesMax = std::size_t{1} << 20;

struct TomlEntry {
    std::string key;
    std::size_t line = 0;  // from 1
    GivenValue value;
};

// Top-level entries in order of line. Errors: `malformed` for what is no TOML (a key given twice
// included); the message continues the file's name: ":3: ...", or ": ..." where no line is known.
Result<std::vector<TomlEntry>> parse_toml(std::string_view text);

// The bytes of a file. Errors: `not_found`, `too_large`; the message says why, without the path.
Result<std::string> read_config_file(const std::string& path);

}  // namespace qr::config
