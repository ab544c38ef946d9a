#include "server/config/load_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/print_config.h"

namespace qr::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> messages(const Loaded& loaded) {
    std::vector<std::string> all;
    for (const Error& error : loaded.errors)
        all.push_back(error.message);
    return all;
}

Loaded from_toml(std::string_view text) {
    ConfigLoader loader({"cpu", "reference"});
    loader.add_file_text("config.toml", text);
    return loader.take();
}

std::string origin_of(const Loaded& loaded, std::string_view key) {
    const auto index = static_cast<std::size_t>(find_setting(key) - settings().data());
    return loaded.origins.at(index).text();
}

TEST(LoadConfig, GivesTheDefaultsWhenNothingIsSaid) {
    const Loaded loaded = load_config({});
    EXPECT_EQ(Config{}, loaded.config);
    EXPECT_THAT(loaded.errors, IsEmpty());
    EXPECT_THAT(loaded.warnings, IsEmpty());
    EXPECT_EQ("default", origin_of(loaded, "port"));
}

TEST(LoadConfig, LetsTheLaterLayerWinAndRemembersWhichItWas) {
    ConfigLoader loader({});
    loader.add_file_text("config.toml",
                         "port = 1\nio_threads = 1\nbackend_threads = 1\nlog_level = 'warn'\n");
    loader.add_environment({{"QR_PORT", "2"}, {"QR_IO_THREADS", "2"}, {"PATH", "/bin"}});
    loader.add_flags({{"port", "3"}});
    const Loaded loaded = loader.take();
    EXPECT_THAT(loaded.errors, IsEmpty());
    EXPECT_EQ(3, loaded.config.port);
    EXPECT_EQ(2U, loaded.config.io_threads);
    EXPECT_EQ(1U, loaded.config.backend_threads);
    EXPECT_EQ(LogLevel::warn, loaded.config.log_level);
    EXPECT_EQ("flag --port", origin_of(loaded, "port"));
    EXPECT_EQ("environment QR_IO_THREADS", origin_of(loaded, "io_threads"));
    EXPECT_EQ("config.toml:3", origin_of(loaded, "backend_threads"));
}

TEST(LoadConfig, ReportsTheMistakesOfEveryLayerAtOnceWithTheirPlaces) {
    ConfigLoader loader({});
    loader.add_file_text("config.toml", "io_threads = 2\n\nport = 70000\nprot = 1\n");
    loader.add_environment({{"QR_PORT", "x"}});
    loader.add_flags({{"log_level", "loud"}});
    const Loaded loaded = loader.take();
    EXPECT_THAT(messages(loaded),
                ElementsAre("config.toml:3: port: found 70000, allowed: 0..65535",
                            "config.toml:4: unknown setting 'prot'; did you mean 'port'?",
                            "QR_PORT: found 'x', allowed: 0..65535",
                            "--log-level: found 'loud', allowed: debug, info, warn, error, off"));
    EXPECT_EQ("port", loaded.errors[0].pointer);
    EXPECT_EQ("70000", loaded.errors[0].found);
    EXPECT_EQ("0..65535", loaded.errors[0].allowed);
}

TEST(LoadConfig, RefusesATomlValueOfTheWrongType) {
    EXPECT_THAT(
        messages(from_toml("port = '8080'\nhostname = 5\nlog_level = true\napi_key = [1]\n"
                           "payload_limit = 1.5\ncors_allow_origin = ['x', 'y']\n")),
        ElementsAre(
            "config.toml:1: port: found '8080', allowed: 0..65535",
            "config.toml:2: hostname: found 5, allowed: an address or a host name, up to 256 "
            "characters",
            "config.toml:3: log_level: found true, allowed: debug, info, warn, error, off",
            "config.toml:4: api_key: found a list with an item that is not a string, allowed: up "
            "to 64, comma separated or a list: keys of 1..256 visible ASCII characters, other "
            "than ***",
            "config.toml:5: payload_limit: found a number with a fraction, allowed: 1KiB..16GiB "
            "(bytes, or with KiB, MiB, GiB)",
            "config.toml:6: cors_allow_origin: found ['x', 'y'], allowed: up to 64, comma "
            "separated or a list: origins such as https://example.org, or *"));
}

TEST(LoadConfig, TakesASizeFromTomlAsNumberOrText) {
    EXPECT_EQ(2048U, from_toml("payload_limit = 2048\n").config.payload_limit);
    EXPECT_EQ(2048U, from_toml("payload_limit = '2KiB'\n").config.payload_limit);
}

TEST(LoadConfig, RefusesATableAndAFileThatIsNoToml) {
    EXPECT_THAT(messages(from_toml("[server]\nport = 1\n")),
                ElementsAre("config.toml:1: unknown setting 'server'"));
    EXPECT_THAT(messages(from_toml("port = 1\nport = 2\n")),
                ElementsAre("config.toml:2: Error while parsing key-value pair: cannot redefine "
                            "existing integer 'port'"));
}

TEST(LoadConfig, NamesTheBackendsThereAreWhenItDoesNotKnowOne) {
    EXPECT_THAT(messages(from_toml("backend = 'cuda'\n")),
                ElementsAre("config.toml:1: backend: found 'cuda', allowed: auto, cpu, reference"));
    EXPECT_EQ("cpu", from_toml("backend = 'cpu'\n").config.backend);
    EXPECT_EQ("auto", from_toml("backend = 'auto'\n").config.backend);
}

TEST(LoadConfig, WarnsOfVariablesThatBelongToNoSetting) {
    const Loaded loaded = load_config({.environment = {{"QR_PROT", "1"}, {"QR_X", "1"}}});
    EXPECT_THAT(loaded.errors, IsEmpty());
    EXPECT_THAT(loaded.warnings,
                ElementsAre("QR_PROT: no setting has this environment variable; did you mean "
                            "'QR_PORT'?",
                            "QR_X: no setting has this environment variable"));
}

TEST(LoadConfig, ReadsTheFileThatTheFlagOrTheVariableNames) {
    const auto errors_of = [](const Sources& sources) { return messages(load_config(sources)); };
    EXPECT_THAT(errors_of({.path = "/nonexistent/a.toml",
                           .environment = {{"QR_CONFIG", "/nonexistent/b.toml"}}}),
                ElementsAre("/nonexistent/a.toml: cannot be read: No such file or directory"));
    EXPECT_THAT(errors_of({.environment = {{"QR_CONFIG", "/nonexistent/b.toml"}}}),
                ElementsAre("/nonexistent/b.toml: cannot be read: No such file or directory"));
    EXPECT_THAT(errors_of({.environment = {{"QR_CONFIG", ""}}}), IsEmpty());
}

TEST(LoadConfig, NeverRepeatsASecretInAnError) {
    ConfigLoader loader({});
    loader.add_flags({{"api_key", "tell no-one"}});
    EXPECT_THAT(messages(loader.take()),
                ElementsAre("--api-key: found a value that is not shown, allowed: up to 64, comma "
                            "separated or a list: keys of 1..256 visible ASCII characters, other "
                            "than ***"));
}

}  // namespace
}  // namespace qr::config
