#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/server/cli/test_console.h"

namespace qr::cli {
namespace {

using testing::ElementsAre;

TEST(ServeCommand, HandsTheConfigurationAndTheWarningsToTheServer) {
    std::optional<config::Loaded> received;
    std::optional<config::Loaded> again;
    TestConsole console{.environment = {{"QR_IO_THREADS", "3"}, {"QR_PROT", "1"}}};
    console.run_server = [&](const config::Loaded& loaded, const config::LoadConfig& load) {
        received = loaded;
        again = load();
        return 3;
    };
    const Outcome outcome = console.run({"serve", "--port", "9000", "--hostname=0.0.0.0"});
    EXPECT_EQ(3, outcome.exit_code) << "the server's own";
    ASSERT_TRUE(received.has_value());
    EXPECT_EQ(9000, received->config.port);
    EXPECT_EQ("0.0.0.0", received->config.hostname);
    EXPECT_EQ(3U, received->config.io_threads);
    EXPECT_EQ(received->config, again->config) << "loaded again from the same layers";
    EXPECT_THAT(received->warnings,
                ElementsAre("QR_PROT: no setting has this environment variable; did you "
                            "mean 'QR_PORT'?"));
    EXPECT_EQ("", outcome.err) << "the server logs them";
}

TEST(ServeCommand, StartsNothingWhenTheConfigurationIsWrong) {
    TestConsole console{.environment = {{"QR_PORT", "x"}}};
    console.run_server = [](const config::Loaded&, const config::LoadConfig&) {
        ADD_FAILURE() << "started";
        return 0;
    };
    const Outcome outcome = console.run({"serve", "--backend", "abacus"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ(
        "quantumrerank: QR_PORT: found 'x', allowed: 0..65535\n"
        "quantumrerank: --backend: found 'abacus', allowed: auto, cuda, cpu, cpu-avx512, "
        "cpu-avx2, cpu-scalar, reference\n",
        outcome.err);
}

}  // namespace
}  // namespace qr::cli
