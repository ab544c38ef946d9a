#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/print_config.h"
#include "tests/server/cli/test_console.h"

namespace qr::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(ConfigCommand, PrintsWhatIsInEffectWithOriginsAndWithoutSecrets) {
    const TestConsole console{.environment = {{"QR_API_KEY", "hush"}}};
    const Outcome outcome = console.run({"config", "print", "--port", "9000"});
    EXPECT_EQ(0, outcome.exit_code);
    EXPECT_THAT(outcome.out, HasSubstr("port = 9000  # flag --port\n"));
    EXPECT_THAT(outcome.out, HasSubstr("api_key = [\"***\"]  # environment QR_API_KEY\n"));
    EXPECT_THAT(outcome.out, Not(HasSubstr("hush")));
}

TEST(ConfigCommand, PrintsNothingOfAWrongConfiguration) {
    const Outcome outcome = run({"config", "print", "--port", "x"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("", outcome.out);
    EXPECT_EQ("quantumrerank: --port: found 'x', allowed: 0..65535\n", outcome.err);
}

TEST(ConfigCommand, ChecksWithWarningsAside) {
    const TestConsole console{.environment = {{"QR_X", "1"}}};
    const Outcome outcome = console.run({"config", "check"});
    EXPECT_EQ(0, outcome.exit_code);
    EXPECT_EQ("configuration is valid\n", outcome.out);
    EXPECT_EQ("quantumrerank: warning: QR_X: no setting has this environment variable\n",
              outcome.err);
}

TEST(ConfigCommand, PrintsTheDocumentationPage) {
    const Outcome outcome = run({"config", "docs"});
    EXPECT_EQ(0, outcome.exit_code);
    EXPECT_EQ(config::print_docs(), outcome.out);
    EXPECT_THAT(outcome.out, StartsWith("# Configuration\n"));
}

}  // namespace
}  // namespace qr::cli
