#include "server/config/print_config.h"

#include <string_view>

namespace qr::config {
namespace {

constexpr std::string_view kDocsHead = R"(# Configuration

<!-- Made by `quantumrerank config docs`; a test holds this file equal to its output. -->

Each setting has one name in three spellings: a key of the TOML file (`payload_limit`), an
environment variable (`QR_PAYLOAD_LIMIT`) and a flag (`--payload-limit`). The later layer wins:

1. the default,
2. the TOML file named by `--config` or `QR_CONFIG` (flat keys, no tables),
3. the environment,
4. flags.

All mistakes are reported at once, each with its place, and end the program with exit code 2. An
unknown key or flag is a mistake; an unknown variable that begins with `QR_` is a warning.
`quantumrerank config check` looks without starting anything; `quantumrerank config print` shows
what is in effect and where each value came from, secrets masked.

SIGHUP reads all layers again. Settings marked *live* change for requests to come, those under way
keep what they began with; the others are named in a warning and wait for a restart. A mistake
anywhere changes nothing and is logged.

Sizes take bytes or a suffix: `67108864`, `64MiB`. Lists are TOML lists of strings or, everywhere,
one comma-separated text.

| Key | Default | Allowed | Change | Meaning |
|---|---|---|---|---|
)";

// A bar would end the table's cell, stars would set it in bold.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|' || c == '*') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

}  // namespace

std::string print_config(const Loaded& loaded) {
    std::string text;
    for (std::size_t i = 0; i < settings().size(); ++i) {
        const Setting& setting = settings()[i];
        text += std::string(setting.key) + " = " + print_value(setting, loaded.config) + "  # " +
                loaded.origins.at(i).text() + "\n";
    }
    return text;
}

std::string print_docs() {
    const Config defaults;
    std::string page(kDocsHead);
    for (const Setting& setting : settings()) {
        page += "| `" + std::string(setting.key) + "` | `" + print_value(setting, defaults) +
                "` | " + cell(allowed_values(setting)) + " | " +
                (setting.effect == Effect::live ? "live" : "restart") + " | " + cell(setting.help) +
                " |\n";
    }
    return page;
}

}  // namespace qr::config
