#include "server/config/load_config.h"

#include <algorithm>

#include "host/base/misfit.h"
#include "server/config/did_you_mean.h"
#include "server/config/toml_file.h"

namespace qr::config {
namespace {

constexpr std::string_view kPrefix = "QR_";
constexpr std::string_view kPathVariable = "QR_CONFIG";

Error error_of(Code code, std::string message, std::string_view key) {
    return {.code = code, .message = std::move(message), .pointer = std::string(key)};
}

std::vector<std::string> names(std::string (*name_of)(const Setting&)) {
    std::vector<std::string> all;
    for (const Setting& setting : settings())
        all.push_back(name_of(setting));
    return all;
}

std::string key_of(const Setting& setting) {
    return std::string(setting.key);
}

const Setting* find_variable(std::string_view name) {
    const auto found = std::ranges::find_if(
        settings(), [&](const Setting& setting) { return environment_name(setting) == name; });
    return found == settings().end() ? nullptr : &*found;
}

std::optional<std::string> configured_path(const Sources& sources) {
    if (sources.path) return sources.path;
    for (const auto& [name, value] : sources.environment) {
        if (name == kPathVariable && !value.empty()) return value;
    }
    return std::nullopt;
}

}  // namespace

std::string Origin::text() const {
    switch (layer) {
        case Layer::defaults:
            return "default";
        case Layer::file:
            return place;
        case Layer::environment:
            return "environment " + place;
        case Layer::flag:
            return "flag " + place;
    }
    return place;
}

ConfigLoader::ConfigLoader(std::vector<std::string> backends) : backends_(std::move(backends)) {
    loaded_.origins.resize(settings().size());
}

void ConfigLoader::add_file(const std::string& path) {
    const Result<std::string> text = read_config_file(path);
    if (text) return add_file_text(path, *text);
    refuse(error_of(text.error().code, path + ": " + text.error().message, {}));
}

void ConfigLoader::add_file_text(std::string_view name, std::string_view text) {
    const Result<std::vector<TomlEntry>> entries = parse_toml(text);
    if (!entries) {
        const Error& fault = entries.error();
        return refuse(error_of(fault.code, std::string(name) + fault.message, {}));
    }
    for (const TomlEntry& entry : *entries) {
        const std::string place = std::string(name) + ":" + std::to_string(entry.line);
        if (const Setting* setting = find_setting(entry.key)) {
            set(*setting, entry.value, {Layer::file, place}, place + ": " + entry.key);
        } else {
            refuse(error_of(Code::invalid,
                            place + ": unknown setting " + in_quotes(entry.key) +
                                did_you_mean(entry.key, names(key_of)),
                            entry.key));
        }
    }
}

void ConfigLoader::add_environment(const NamedValues& environment) {
    for (const auto& [name, value] : environment) {
        if (!name.starts_with(kPrefix) || name == kPathVariable) continue;
        if (const Setting* setting = find_variable(name)) {
            const GivenValue given{.shape = GivenValue::Shape::bare, .text = value};
            set(*setting, given, {Layer::environment, name}, name);
        } else {
            loaded_.warnings.push_back(name + ": no setting has this environment variable" +
                                       did_you_mean(name, names(environment_name)));
        }
    }
}

void ConfigLoader::add_flags(const NamedValues& flags) {
    for (const auto& [key, value] : flags) {
        const Setting* setting = find_setting(key);
        QR_CHECK(setting != nullptr);
        const GivenValue given{.shape = GivenValue::Shape::bare, .text = value};
        set(*setting, given, {Layer::flag, flag_name(*setting)}, flag_name(*setting));
    }
}

void ConfigLoader::set(const Setting& setting, const GivenValue& value, Origin origin,
                       const std::string& label) {
    Config next = loaded_.config;
    std::optional<std::string> found = assign(setting, value, next);
    std::string allowed = allowed_values(setting);
    if (!found && !is_known_backend(next.backend)) {
        found = in_quotes(next.backend);
        allowed = "auto";
        for (const std::string& name : backends_)
            allowed += ", " + name;
    }
    if (found) {
        const std::string message = misfit_text(label, *found, allowed);
        return refuse({.code = Code::invalid,
                       .message = message,
                       .pointer = std::string(setting.key),
                       .found = std::move(*found),
                       .allowed = std::move(allowed)});
    }
    loaded_.config = std::move(next);
    const auto index = static_cast<std::size_t>(&setting - settings().data());
    loaded_.origins.at(index) = std::move(origin);
}

bool ConfigLoader::is_known_backend(std::string_view name) const {
    return backends_.empty() || name == "auto" ||
           std::ranges::find(backends_, name) != backends_.end();
}

Loaded load_config(const Sources& sources) {
    ConfigLoader loader(sources.backends);
    if (const auto path = configured_path(sources)) loader.add_file(*path);
    loader.add_environment(sources.environment);
    loader.add_flags(sources.flags);
    return loader.take();
}

}  // namespace qr::config
