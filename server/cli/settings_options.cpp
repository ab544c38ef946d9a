#include "server/cli/settings_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "host/backend/backends.h"
#include "server/config/did_you_mean.h"

namespace qr::cli {
namespace {

constexpr const char* kConfigFlag = "--config";

std::vector<std::string> backend_names() {
    std::vector<std::string> names;
    for (const BackendEntry& entry : backends())
        names.emplace_back(entry.name);
    return names;
}

Error usage_error(std::string message) {
    return {.code = Code::invalid, .message = std::move(message)};
}

}  // namespace

SettingsOptions::SettingsOptions(CLI::App& command, const std::vector<std::string_view>& keys)
    : command_(command) {
    command.allow_extras();  // reported by load(), together with all other mistakes
    command.add_option(kConfigFlag, path_, "TOML file of settings; QR_CONFIG names it as well")
        ->type_name("FILE");
    for (const config::Setting& setting : config::settings()) {
        if (!keys.empty() && std::ranges::find(keys, setting.key) == keys.end()) continue;
        const std::string help = std::string(setting.help) +
                                 " Allowed: " + config::allowed_values(setting) +
                                 ". Default: " + config::print_value(setting, Config{}) + ".";
        command.add_option(config::flag_name(setting), values_[std::string(setting.key)], help)
            ->type_name("VALUE");
    }
}

config::Loaded SettingsOptions::load(const Console& console) const {
    config::Sources sources{.environment = console.environment, .backends = backend_names()};
    if (command_.count(kConfigFlag) > 0) sources.path = path_;
    for (const config::Setting& setting : config::settings()) {
        const auto value = values_.find(setting.key);
        if (value == values_.end() || command_.count(config::flag_name(setting)) == 0) continue;
        sources.flags.emplace_back(*value);
    }
    config::Loaded loaded = config::load_config(sources);
    std::ranges::move(unknown_arguments(), std::back_inserter(loaded.errors));
    return loaded;
}

std::optional<Config> SettingsOptions::load_or_report(Console& console) const {
    config::Loaded loaded = load(console);
    for (const std::string& warning : loaded.warnings)
        console.err << "quantumrerank: warning: " << warning << '\n';
    if (!report(loaded, console)) return std::nullopt;
    return std::move(loaded.config);
}

std::vector<Error> SettingsOptions::unknown_arguments() const {
    std::vector<std::string> flags = {kConfigFlag};
    for (const auto& [key, value] : values_)
        flags.push_back(config::flag_name(*config::find_setting(key)));
    std::vector<Error> errors;
    bool is_after_flag = false;  // then it is that flag's value, and no mistake of its own
    for (const std::string& argument : command_.remaining()) {
        if (argument.starts_with('-')) {
            const std::string name = argument.substr(0, argument.find('='));
            errors.push_back(
                usage_error(name + ": unknown flag" + config::did_you_mean(name, flags)));
        } else if (!is_after_flag) {
            errors.push_back(usage_error("unexpected argument " + config::in_quotes(argument)));
        }
        is_after_flag = argument.starts_with('-');
    }
    return errors;
}

bool report(const config::Loaded& loaded, Console& console) {
    for (const Error& error : loaded.errors)
        fail(console, kUsage, error.message);
    return loaded.errors.empty();
}

}  // namespace qr::cli
