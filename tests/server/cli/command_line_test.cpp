#include "server/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/cli/test_console.h"

namespace qr::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(CommandLine, TellsItsVersionAndHowItWasBuilt) {
    const Outcome outcome = run({"--version"});
    EXPECT_EQ(0, outcome.exit_code);
    EXPECT_THAT(outcome.out, testing::ContainsRegex("^quantumrerank [0-9.]+ \\(commit .+, "
                                                    "(g\\+\\+|clang) [0-9][^ ,]*, .+\\)"));
    EXPECT_EQ("", outcome.err);
}

TEST(CommandLine, HelpsOnItselfAndOnEveryCommand) {
    const Outcome outcome = run({"--help"});
    EXPECT_EQ(0, outcome.exit_code);
    for (const char* command : {"serve", "rerank", "doctor", "health", "keys", "config"}) {
        EXPECT_THAT(outcome.out, HasSubstr(command));
        const Outcome help = run({command, "--help"});
        EXPECT_EQ(0, help.exit_code);
        EXPECT_THAT(help.out, HasSubstr(command));
    }
}

TEST(CommandLine, RefusesNoCommandAndAnUnknownOneWithTheUsageCode) {
    const Outcome none = run({});
    EXPECT_EQ(2, none.exit_code);
    EXPECT_EQ("quantumrerank: A subcommand is required; see --help\n", none.err);
    EXPECT_EQ(2, run({"serf"}).exit_code);
    EXPECT_EQ(2, run({"config"}).exit_code);
    EXPECT_EQ(2, run({"config", "paint"}).exit_code);
}

TEST(CommandLine, RefusesAFlagWithoutItsValue) {
    const Outcome outcome = run({"serve", "--port"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: --port: 1 required VALUE missing; see --help\n", outcome.err);
}

TEST(CommandLine, ReportsWhatACommandThrowsAsAFailure) {
    TestConsole console;
    console.run_server = [](const config::Loaded&, const config::LoadConfig&) -> int {
        throw std::runtime_error("no more");
    };
    const Outcome outcome = console.run({"serve"});
    EXPECT_EQ(1, outcome.exit_code);
    EXPECT_EQ("quantumrerank: unexpected: no more\n", outcome.err);
}

}  // namespace
}  // namespace qr::cli
