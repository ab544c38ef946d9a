#include "server/cli/console.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace qr::cli {
namespace {

TEST(Console, NamesTheProgramInFrontOfAnError) {
    std::ostringstream err;
    std::istringstream in;
    std::ostringstream out;
    Console console{.in = in, .out = out, .err = err};
    EXPECT_EQ(kUsage, fail(console, kUsage, "port: found x"));
    EXPECT_EQ("quantumrerank: port: found x\n", err.str());
    EXPECT_EQ("", out.str());
}

TEST(Console, TellsABackendThatCannotRunFromARefusal) {
    EXPECT_EQ(3, exit_code_of(Code::unavailable));
    EXPECT_EQ(1, exit_code_of(Code::malformed));
    EXPECT_EQ(1, exit_code_of(Code::invalid));
    EXPECT_EQ(1, exit_code_of(Code::internal));
}

TEST(Console, KnowsTheEnvironmentOfTheProcess) {
    ASSERT_EQ(0, setenv("QR_CONSOLE_TEST", "a=b", 1));
    const Console console = process_console();
    const std::pair<std::string, std::string> expected{"QR_CONSOLE_TEST", "a=b"};
    EXPECT_EQ(1, std::ranges::count(console.environment, expected));
    EXPECT_GE(console.columns, 1U);
    unsetenv("QR_CONSOLE_TEST");
}

}  // namespace
}  // namespace qr::cli
