#include "server/cli/settings_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/cli/test_console.h"

namespace qr::cli {
namespace {

using testing::HasSubstr;

TEST(SettingsOptions, ReportUnknownFlagsTogetherWithAllOtherMistakes) {
    const Outcome outcome =
        run({"config", "check", "--prot", "80", "--io-threads", "999", "--colour=red", "stray"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ(
        "quantumrerank: --io-threads: found '999', allowed: 0..256\n"
        "quantumrerank: --prot: unknown flag; did you mean '--port'?\n"
        "quantumrerank: --colour: unknown flag\n",
        outcome.err);
}

TEST(SettingsOptions, RefuseAStrayArgument) {
    const Outcome outcome = run({"config", "check", "stray"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: unexpected argument 'stray'\n", outcome.err);
}

TEST(SettingsOptions, NameTheFileThatCannotBeRead) {
    const Outcome outcome = run({"config", "check", "--config", "/nonexistent/c.toml"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: /nonexistent/c.toml: cannot be read: No such file or directory\n",
              outcome.err);
}

TEST(SettingsOptions, GiveACommandOnlyTheFlagsItUses) {
    const Outcome outcome = run({"health", "--io-threads", "1"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: --io-threads: unknown flag\n", outcome.err);
}

TEST(SettingsOptions, HelpWithMeaningRangeAndDefault) {
    EXPECT_THAT(run({"serve", "--help"}).out,
                HasSubstr("TCP port; 0 takes a free one and logs it. Allowed: 0..65535. "
                          "Default: 8080."));
}

}  // namespace
}  // namespace qr::cli
