#include "perf/load/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

Result<Options> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "qr_load");
    return parse_options(arguments);
}

TEST(Options, MakeAClosedLoop) {
    const auto options =
        parse({"--url", "http://127.0.0.1:81/a/b?c", "--clients", "8", "--seconds", "2.5"});
    ASSERT_TRUE(options.ok()) << options.error().message;
    const Plan& plan = options->plan;
    EXPECT_EQ("127.0.0.1", plan.host);
    EXPECT_EQ(81, plan.port);
    ASSERT_EQ(1u, plan.requests.size());
    EXPECT_EQ("/a/b?c", plan.requests[0].path);
    EXPECT_EQ("GET", plan.requests[0].method);
    EXPECT_EQ(Scheme::http, plan.scheme);
    EXPECT_TRUE(plan.keeps_alive);
    EXPECT_EQ(Duration::zero(), plan.warm_up);
    EXPECT_EQ(Loop::closed, plan.loop);
    EXPECT_EQ(8u, plan.clients);
    EXPECT_EQ(milliseconds(2500), plan.length());
}

TEST(Options, MakeAnOpenLoopOfSteps) {
    const auto options = parse({"--url",        "http://localhost",
                                "--step",       "400x5",
                                "--step",       "0x1",
                                "--step",       "0.5x2.5",
                                "--step",       "0..20x3",
                                "--warm-up",    "1.5",
                                "--arrivals",   "poisson",
                                "--seed",       "9",
                                "--timeout-ms", "250",
                                "--row-ms",     "100",
                                "--header",     "A: b",
                                "--header",     "C: d"});
    ASSERT_TRUE(options.ok()) << options.error().message;
    const Plan& plan = options->plan;
    EXPECT_EQ(Loop::open, plan.loop);
    ASSERT_EQ(4u, plan.steps.size());
    EXPECT_EQ(400, plan.steps[0].rate);
    EXPECT_EQ(0, plan.steps[1].rate);
    EXPECT_EQ(milliseconds(2500), plan.steps[2].length);
    EXPECT_EQ(0.5, plan.steps[2].rate_end);
    EXPECT_EQ(0, plan.steps[3].rate);
    EXPECT_EQ(20, plan.steps[3].rate_end);
    EXPECT_EQ(milliseconds(1500), plan.warm_up);
    EXPECT_EQ(Arrivals::poisson, plan.arrivals);
    EXPECT_EQ(9u, plan.seed);
    EXPECT_EQ(milliseconds(250), plan.timeout);
    EXPECT_EQ(milliseconds(100), plan.row);
    EXPECT_EQ("/", plan.requests[0].path);
    EXPECT_EQ(80, plan.port);
    EXPECT_THAT(plan.requests[0].headers, ElementsAre("A: b", "C: d"));
}

TEST(Options, ReadBodiesAndThenPost) {
    const std::string path = testing::TempDir() + "qr_load_body";
    std::ofstream(path, std::ios::binary) << std::string("a\0b", 3);
    const auto options = parse({"--url", "http://h", "--rate", "1", "--seconds", "1", "--body",
                                path.c_str(), "--body", path.c_str()});
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_EQ("POST", options->plan.requests[0].method);
    EXPECT_THAT(options->plan.requests[0].bodies,
                ElementsAre(std::string("a\0b", 3), std::string("a\0b", 3)));
    std::filesystem::remove(path);
}

TEST(Options, SpeakTls) {
    const auto options = parse({"--url", "https://h/x", "--rate", "1", "--seconds", "1",
                                "--ca-file", "/ca.pem", "--no-keep-alive", "--quiet"});
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_EQ(Scheme::https, options->plan.scheme);
    EXPECT_EQ(443, options->plan.port);
    EXPECT_EQ("/ca.pem", options->plan.ca_file);
    EXPECT_TRUE(options->plan.is_verified);
    EXPECT_FALSE(options->plan.keeps_alive);
    EXPECT_TRUE(options->is_quiet);
    const auto insecure =
        parse({"--url", "https://h:8443", "--rate", "1", "--seconds", "1", "--insecure"});
    ASSERT_TRUE(insecure.ok()) << insecure.error().message;
    EXPECT_EQ(8443, insecure->plan.port);
    EXPECT_FALSE(insecure->plan.is_verified);
}

TEST(Options, AskForHelp) {
    const auto options = parse({"--help"});
    ASSERT_TRUE(options.ok());
    EXPECT_TRUE(options->is_help);
    EXPECT_THAT(options->help_text, HasSubstr("--connections-max"));
}

struct Refused {
    std::vector<const char*> arguments;
    const char* message;
};

TEST(Options, AreRefusedByFlagFoundAndAllowed) {
    const Refused cases[] = {
        {{}, "--url: '', allowed is http[s]://HOST[:PORT][/PATH]"},
        {{"--url", "ftp://h"}, "--url: 'ftp://h', allowed is http[s]://HOST[:PORT][/PATH]"},
        {{"--url", "http://h:70000"}, "--url: 'http://h:70000'"},
        {{"--url", "http:///x"}, "--url: 'http:///x'"},
        {{"--url", "http://h"}, "--clients, --rate, --step: '0 of them', allowed is exactly one"},
        {{"--url", "http://h", "--rate", "5", "--clients", "1"}, "'2 of them'"},
        {{"--url", "http://h", "--rate", "5"}, "--seconds: '', allowed is a length"},
        {{"--url", "http://h", "--rate", "-3", "--seconds", "1"},
         "--rate: '-3', allowed is 0.1..1000000"},
        {{"--url", "http://h", "--rate", "nan", "--seconds", "1"}, "--rate: 'nan'"},
        {{"--url", "http://h", "--clients", "0", "--seconds", "1"},
         "--clients: '0', allowed is 1..20000"},
        {{"--url", "http://h", "--step", "5"}, "--step: '5', allowed is RATExSECONDS"},
        {{"--url", "http://h", "--step", "0.01x1"}, "--step: '0.01x1'"},
        {{"--url", "http://h", "--step", "5..x1"}, "--step: '5..x1', allowed is RATExSECONDS or"},
        {{"--url", "http://h", "--step", "..5x1"}, "--step: '..5x1'"},
        {{"--url", "http://h", "--step", "1..0.01x1"}, "--step: '1..0.01x1'"},
        {{"--url", "http://h", "--step", "1..2..3x1"}, "--step: '1..2..3x1'"},
        {{"--url", "http://h", "--step", "0..5x1", "--warm-up", "1"},
         "--warm-up: '1', allowed is 0 where the first step begins at rate 0"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--warm-up", "601"},
         "--warm-up: '601', allowed is 0..600"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--insecure"},
         "--insecure: '', allowed is none beside http://"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--ca-file", "x"},
         "--ca-file: 'x', allowed is none beside http://"},
        {{"--url", "https://h", "--rate", "5", "--seconds", "1", "--ca-file", "x", "--insecure"},
         "--ca-file: 'x', allowed is none beside --insecure"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--header", "Connection: close"},
         "--header: 'Connection: close'"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--body", "/"},
         "--body: '/', allowed is a file that can be read"},
        {{"--url", "http://h", "--step", "5x1", "--seconds", "1"}, "none beside steps"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--arrivals", "bursts"},
         "--arrivals: 'bursts', allowed is constant or poisson"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "100", "--row-ms", "10"},
         "--row-ms: '10', allowed is 0, or a row of which the run has at most 600"},
        {{"--url", "http://h", "--rate", "1000000", "--seconds", "1", "--timeout-ms", "60000"},
         "--timeout-ms: '60000'"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--header", "Host: x"},
         "--header: 'Host: x'"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--header", "a\r\nb: x"},
         "--header"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--method", "get"},
         "--method: 'get', allowed is upper-case letters"},
        {{"--url", "http://h", "--rate", "5", "--seconds", "1", "--body", "/no/such"},
         "--body: '/no/such', allowed is a file that can be read"},
        {{"--speed", "9"}, "--speed"},
    };
    for (const Refused& refused : cases) {
        const auto options = parse(refused.arguments);
        ASSERT_FALSE(options.ok()) << refused.message;
        EXPECT_THAT(options.error().message, HasSubstr(refused.message));
    }
}

}  // namespace
}  // namespace qr::load
