#include <gtest/gtest.h>

#include "host/base/check.h"
#include "server/config/setting.h"

namespace qr::config {
namespace {

const Setting& setting(std::string_view key) {
    const Setting* found = find_setting(key);
    QR_CHECK(found != nullptr);
    return *found;
}

std::optional<std::string> assign_bare(std::string_view key, std::string text, Config& config) {
    return assign(setting(key), {.text = std::move(text)}, config);
}

TEST(SettingValue, ReadsANumberAtBothEndsOfItsRange) {
    Config config;
    EXPECT_EQ(std::nullopt, assign_bare("port", "0", config));
    EXPECT_EQ(0, config.port);
    EXPECT_EQ(std::nullopt, assign_bare("port", "65535", config));
    EXPECT_EQ(65535, config.port);
}

TEST(SettingValue, LeavesTheMemberAloneAndNamesTheFoundWhenItRefuses) {
    Config config;
    EXPECT_EQ("'65536'", assign_bare("port", "65536", config));
    EXPECT_EQ("'-1'", assign_bare("port", "-1", config));
    EXPECT_EQ("'80 80'", assign_bare("port", "80 80", config));
    EXPECT_EQ("''", assign_bare("port", "", config));
    EXPECT_EQ("'99999999999999999999'", assign_bare("port", "99999999999999999999", config));
    EXPECT_EQ(8080, config.port);
}

TEST(SettingValue, ReadsBytesWithAndWithoutASuffix) {
    Config config;
    for (const auto& [text, bytes] : {std::pair{"2048", 2048U},
                                      {"2048B", 2048U},
                                      {"3KiB", 3072U},
                                      {"64MiB", 67'108'864U},
                                      {"1GiB", 1'073'741'824U}}) {
        EXPECT_EQ(std::nullopt, assign_bare("payload_limit", text, config)) << text;
        EXPECT_EQ(bytes, config.payload_limit) << text;
    }
}

TEST(SettingValue, RefusesSuffixesThatAreNotBinaryAndSizesThatOverflow) {
    Config config;
    for (const char* text : {"64MB", "64M", "64 MiB", "MiB", "64MiBs", "18446744073709551615GiB"})
        EXPECT_NE(std::nullopt, assign_bare("payload_limit", text, config)) << text;
    EXPECT_EQ("'8KiB'", assign_bare("max_client_queries", "8KiB", config));
}

TEST(SettingValue, ReadsMilliseconds) {
    Config config;
    EXPECT_EQ(std::nullopt, assign_bare("default_timeout_ms", "1500", config));
    EXPECT_EQ(std::chrono::milliseconds(1500), config.default_timeout);
}

TEST(SettingValue, ReadsAListFromCommasAndFromAList) {
    Config config;
    EXPECT_EQ(std::nullopt, assign_bare("api_key", "one, two", config));
    EXPECT_EQ((std::vector<std::string>{"one", "two"}), config.api_key);
    EXPECT_EQ(std::nullopt, assign_bare("api_key", "", config));
    EXPECT_EQ(std::vector<std::string>{}, config.api_key);
    const GivenValue list{.shape = GivenValue::Shape::list, .items = {"a", "b", "c"}};
    EXPECT_EQ(std::nullopt, assign(setting("api_key"), list, config));
    EXPECT_EQ((std::vector<std::string>{"a", "b", "c"}), config.api_key);
}

TEST(SettingValue, RefusesAListBeyondItsBound) {
    Config config;
    GivenValue list{.shape = GivenValue::Shape::list, .items = std::vector<std::string>(64, "a")};
    EXPECT_EQ(std::nullopt, assign(setting("api_key"), list, config));
    list.items.emplace_back("a");
    EXPECT_NE(std::nullopt, assign(setting("api_key"), list, config));
    std::string commas = "a";
    for (int i = 0; i < 64; ++i)
        commas += ",a";
    EXPECT_NE(std::nullopt, assign_bare("api_key", commas, config));
    EXPECT_EQ(64U, config.api_key.size());
}

TEST(SettingValue, RefusesTheMaskAsASecretAndNeverRepeatsASecret) {
    Config config;
    EXPECT_EQ("a value that is not shown", assign_bare("api_key", "***", config));
    EXPECT_EQ("a value that is not shown", assign_bare("api_key", "hush\n", config));
    EXPECT_EQ(
        "a value that is not shown",
        assign(setting("api_key"), {.shape = GivenValue::Shape::integer, .text = "12345"}, config));
}

TEST(SettingValue, TakesOriginsAloneForCors) {
    Config config;
    EXPECT_EQ(std::nullopt, assign_bare("cors_allow_origin", "*", config));
    EXPECT_EQ(std::nullopt, assign_bare("cors_allow_origin", "https://a.example,http://b", config));
    EXPECT_EQ("'a.example'", assign_bare("cors_allow_origin", "a.example", config));
}

TEST(SettingValue, ReadsEveryLogLevel) {
    Config config;
    for (const std::string_view name : kLogLevelNames) {
        EXPECT_EQ(std::nullopt, assign_bare("log_level", std::string(name), config));
        EXPECT_EQ(name, to_string(config.log_level));
    }
    EXPECT_EQ("'loud'", assign_bare("log_level", "loud", config));
}

TEST(SettingValue, ClipsAndCleansWhatAnErrorRepeats) {
    EXPECT_EQ("'a?b?'", in_quotes("a\nb\x80"));
    EXPECT_EQ("'" + std::string(64, 'x') + "...'", in_quotes(std::string(65, 'x')));
}

TEST(SettingValue, PrintsTheShortestSpellingOfASize) {
    Config config;
    const Setting& limit = setting("payload_limit");
    EXPECT_EQ("\"64MiB\"", print_value(limit, config));
    config.payload_limit = 1025;
    EXPECT_EQ("1025", print_value(limit, config));
    config.payload_limit = std::size_t{3} << 30;
    EXPECT_EQ("\"3GiB\"", print_value(limit, config));
}

TEST(SettingValue, PrintsTextsAsTomlLiteralsAndMasksSecrets) {
    Config config;
    config.hostname = R"(a"b\c)";
    config.api_key = {"one", "two"};
    config.cors_allow_origin = {"*"};
    EXPECT_EQ(R"("a\"b\\c")", print_value(setting("hostname"), config));
    EXPECT_EQ(R"(["***", "***"])", print_value(setting("api_key"), config));
    EXPECT_EQ(R"(["*"])", print_value(setting("cors_allow_origin"), config));
    EXPECT_EQ("30000", print_value(setting("default_timeout_ms"), config));
    EXPECT_EQ("\"info\"", print_value(setting("log_level"), config));
}

}  // namespace
}  // namespace qr::config
