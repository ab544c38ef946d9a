// The settings table as command-line flags: every command that reads settings gets them from here.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/cli/console.h"
#include "server/config/load_config.h"

namespace CLI {
class App;
}

namespace qr::cli {

class SettingsOptions {
  public:
    // Adds --config and the flags of the settings named by `keys` (none: of all) to `command`,
    // which must outlive this object.
    explicit SettingsOptions(CLI::App& command, const std::vector<std::string_view>& keys = {});

    // All layers, and as errors also the flags that the command does not have.
    config::Loaded load(const Console& console) const;

    // load() with warnings and errors written to the console; empty when there are errors.
    std::optional<Config> load_or_report(Console& console) const;

  private:
    std::vector<Error> unknown_arguments() const;

    CLI::App& command_;
    std::string path_;
    // CLI11 keeps pointers to the values, and a map leaves them where they are.
    std::map<std::string, std::string, std::less<>> values_;
};

// Writes the errors to the console; true when there are none.
bool report(const config::Loaded& loaded, Console& console);

}  // namespace qr::cli
