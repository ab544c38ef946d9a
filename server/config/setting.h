// The table of settings: the one place that names a setting, bounds it and says what it is for.
//
// TOML key, environment variable, flag, help, ranges, `config print` and docs/CONFIGURATION.md are
// all read from here. A new setting is one member of Config and one line of the table.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config/config.h"

namespace qr::config {

// Where a setting's value lives; the alternative decides which values are read.
using Member = std::variant<std::string Config::*, std::uint16_t Config::*, std::size_t Config::*,
                            std::chrono::milliseconds Config::*, std::vector<std::string> Config::*,
                            LogLevel Config::*>;

enum class Unit : std::uint8_t { none, bytes };
enum class Secrecy : std::uint8_t { open, secret };
// When a change takes effect: at the next start, or at SIGHUP for requests to come.
enum class Effect : std::uint8_t { at_start, live };

struct Setting {
    std::string_view key;  // of the TOML file: "payload_limit"
    Member member;
    std::string_view help;
    std::uint64_t lowest = 0;  // of a number
    std::uint64_t highest = 0;
    Unit unit = Unit::none;
    Secrecy secrecy = Secrecy::open;
    Effect effect = Effect::at_start;
    bool (*is_allowed)(std::string_view item) = nullptr;  // of a text, or of one item of a list
    std::string_view allowed = {};                        // what is_allowed wants, in words
};

inline constexpr std::size_t kListItemsMax = 64;
// What `config print` shows in place of a secret; refused as a secret, so that a printed
// configuration cannot be fed back with it.
inline constexpr std::string_view kSecretMask = "***";

std::span<const Setting> settings();
const Setting* find_setting(std::string_view key);

std::string environment_name(const Setting& setting);  // "QR_PAYLOAD_LIMIT"
std::string flag_name(const Setting& setting);         // "--payload-limit"

// What may be given, in words: "0..65535", "a list of origins, or *".
std::string allowed_values(const Setting& setting);

// The value as its TOML literal, secrets masked.
std::string print_value(const Setting& setting, const Config& config);

// Someone else's text for an error message: 'x', clipped, controls and non-ASCII shown as '?'.
std::string in_quotes(std::string_view text);

// A value as one of the layers gave it. `bare` is text of unknown type (environment, flags).
struct GivenValue {
    enum class Shape : std::uint8_t { bare, integer, string, list, other };
    Shape shape = Shape::bare;
    std::string text;                // of bare, integer, string; a description of other
    std::vector<std::string> items;  // of a list
};

// Stores the value in `config`, or says what was found ("70000", "'x'") and leaves it untouched.
std::optional<std::string> assign(const Setting& setting, const GivenValue& value, Config& config);

}  // namespace qr::config
