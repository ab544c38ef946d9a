// keys new | rewrap: the key that collections are encrypted with on the disk, made, and changed
// while no server has them open.
#include <CLI/CLI.hpp>
#include <memory>

#include "host/base/misfit.h"
#include "host/store/rewrap_keys.h"
#include "host/store/secret_key.h"
#include "server/cli/commands.h"
#include "server/cli/settings_options.h"

namespace qr::cli {
namespace {

struct RewrapOptions {
    explicit RewrapOptions(CLI::App& command)
        : settings(command, {"data_dir", "encryption_key_file"}) {}
    SettingsOptions settings;
    std::string new_key_file;
    bool begins_data_key = false;
};

// As the server's own at start: what the operator has to change is told apart from a disk that
// fails.
int exit_code_for(Code code) {
    const bool is_usage = code == Code::invalid || code == Code::conflict;
    return is_usage ? kUsage : kCheckFailed;
}

int make_key(const std::string& file, Console& console) {
    const Result<void> made = make_key_file(file);
    if (!made.ok()) return fail(console, exit_code_for(made.error().code), made.error().message);
    console.out << file << ": a new key, for its owner alone. Keep a copy: nothing that it "
                << "encrypts can be read without it\n";
    return kGood;
}

int missing(Console& console, const std::string& setting, const std::string& allowed) {
    return fail(console, kUsage, misfit_text(setting, "nothing", allowed));
}

int rewrap(const RewrapOptions& options, Console& console) {
    const auto config = options.settings.load_or_report(console);
    if (!config) return kUsage;
    if (config->data_dir.empty())
        return missing(console, "data_dir", "the folder of an encrypted store");
    if (config->encryption_key_file.empty())
        return missing(console, "encryption_key_file", "the present key of the store");
    const Result<std::size_t> keys =
        rewrap_keys(config->data_dir, config->encryption_key_file, options.new_key_file,
                    options.begins_data_key ? DataKey::begin_new : DataKey::keep);
    if (!keys.ok()) return fail(console, exit_code_for(keys.error().code), keys.error().message);
    console.out << config->data_dir << ": " << *keys << (*keys == 1 ? " data key" : " data keys")
                << " wrapped by the key in " << options.new_key_file
                << "; no document was encrypted again\n";
    if (options.begins_data_key)
        console.out << "what is written from now on is encrypted with the newest of them\n";
    console.out << "encryption_key_file must name " << options.new_key_file
                << " when the server starts again\n";
    return kGood;
}

void add_new(CLI::App& app, Session& session) {
    CLI::App* command =
        app.add_subcommand("new", "Write a new random key into a file that does not exist yet");
    const auto file = std::make_shared<std::string>();
    command->add_option("file", *file, "For encryption_key_file; nobody else may read it")
        ->required();
    command->callback([file, &session] { session.exit_code = make_key(*file, session.console); });
}

void add_rewrap(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "rewrap", "Give the encrypted store of a server that is stopped another key");
    const auto options = std::make_shared<RewrapOptions>(*command);
    command
        ->add_option("--new-encryption-key-file", options->new_key_file,
                     "The key that opens the store from now on; the present one is "
                     "--encryption-key-file")
        ->type_name("FILE")
        ->required();
    command->add_flag("--new-data-key", options->begins_data_key,
                      "Encrypt what is written from now on with a new data key, too");
    command->callback(
        [options, &session] { session.exit_code = rewrap(*options, session.console); });
}

}  // namespace

void add_keys(CLI::App& app, Session& session) {
    CLI::App* command =
        app.add_subcommand("keys", "Make or change the key that collections are encrypted with");
    command->require_subcommand(1);
    add_new(*command, session);
    add_rewrap(*command, session);
}

}  // namespace qr::cli
