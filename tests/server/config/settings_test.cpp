#include <gtest/gtest.h>

#include <set>

#include "server/config/setting.h"

namespace qr::config {
namespace {

TEST(Settings, DeriveFlagAndVariableFromTheKey) {
    const Setting* setting = find_setting("max_client_batch_size");
    ASSERT_NE(nullptr, setting);
    EXPECT_EQ("--max-client-batch-size", flag_name(*setting));
    EXPECT_EQ("QR_MAX_CLIENT_BATCH_SIZE", environment_name(*setting));
    EXPECT_EQ(nullptr, find_setting("max-client-batch-size"));
}

TEST(Settings, HaveKeysOfLowerCaseWordsAndEachOnce) {
    std::set<std::string_view> keys;
    for (const Setting& setting : settings()) {
        EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
        EXPECT_EQ(std::string_view::npos,
                  setting.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"))
            << setting.key;
    }
}

TEST(Settings, AcceptTheirOwnDefaults) {
    const Config defaults;
    for (const Setting& setting : settings()) {
        std::string text = print_value(setting, defaults);
        if (text == "[]") text = "";
        std::erase(text, '"');
        Config config;
        EXPECT_EQ(std::nullopt, assign(setting, {.text = text}, config)) << setting.key;
        EXPECT_EQ(defaults, config) << setting.key;
    }
}

TEST(Settings, SayWhatIsAllowedAndWhatTheyAreFor) {
    EXPECT_EQ("0..65535", allowed_values(*find_setting("port")));
    EXPECT_EQ("1KiB..16GiB (bytes, or with KiB, MiB, GiB)",
              allowed_values(*find_setting("payload_limit")));
    EXPECT_EQ("up to 64, comma separated or a list: origins such as https://example.org, or *",
              allowed_values(*find_setting("cors_allow_origin")));
    for (const Setting& setting : settings()) {
        EXPECT_FALSE(allowed_values(setting).empty()) << setting.key;
        EXPECT_TRUE(setting.help.ends_with('.')) << setting.key;
    }
}

TEST(Settings, HideTheKeysAlone) {
    for (const Setting& setting : settings())
        EXPECT_EQ(setting.key.ends_with("api_key"), setting.secrecy == Secrecy::secret)
            << setting.key;
}

}  // namespace
}  // namespace qr::config
