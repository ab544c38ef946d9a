// Defaults, then the TOML file, then the environment, then flags: the later layer wins.
//
// Every mistake of every layer is reported at once, each with its place; nothing is read from the
// process itself: the caller hands in flags and environment, so a test is a table.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/error.h"
#include "server/config/setting.h"

namespace qr::config {

enum class Layer : std::uint8_t { defaults, file, environment, flag };

// Where a value came from.
struct Origin {
    Layer layer = Layer::defaults;
    std::string place;         // "config.toml:12", "QR_PORT", "--port"; empty for a default
    std::string text() const;  // "default", "config.toml:12", "environment QR_PORT", "flag --port"
};

struct Loaded {
    Config config;
    std::vector<Origin> origins;  // by index in settings()
    std::vector<std::string> warnings;
    std::vector<Error> errors;  // the configuration may be used only when there is none
};

using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct Sources {
    std::optional<std::string> path;    // --config; absent: QR_CONFIG, if set
    NamedValues environment;            // the whole environment; only QR_ is looked at
    NamedValues flags;                  // by settings key
    std::vector<std::string> backends;  // names that `backend` may take; empty: not checked
};

Loaded load_config(const Sources& sources);

// The same layers once more, as they are by then.
using LoadConfig = std::function<Loaded()>;

// One layer after the other, for callers that have the file's text instead of its path.
class ConfigLoader {
  public:
    explicit ConfigLoader(std::vector<std::string> backends);

    void add_file(const std::string& path);
    void add_file_text(std::string_view name, std::string_view text);
    void add_environment(const NamedValues& environment);
    void add_flags(const NamedValues& flags);
    Loaded take() { return std::move(loaded_); }

  private:
    void set(const Setting& setting, const GivenValue& value, Origin origin,
             const std::string& label);
    bool is_known_backend(std::string_view name) const;
    void refuse(Error error) { loaded_.errors.push_back(std::move(error)); }

    const std::vector<std::string> backends_;
    Loaded loaded_;
};

}  // namespace qr::config
