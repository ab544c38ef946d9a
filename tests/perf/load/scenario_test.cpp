#include "perf/load/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "perf/load/options.h"

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kRequest = "[[request]]\nname = \"a\"\n";

// A scenario of that text, read by qr_load with these flags.
class ScenarioFile : public testing::Test {
  protected:
    Result<Options> parse(const std::string& text, std::vector<const char*> flags = {}) {
        std::ofstream(path_) << text;
        std::vector<const char*> arguments{"qr_load", "--url", "http://h:81", "--scenario",
                                           path_.c_str()};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        return parse_options(arguments);
    }
    void TearDown() override { std::filesystem::remove(path_); }

    const std::string path_ = testing::TempDir() + "qr_" +
                              testing::UnitTest::GetInstance()->current_test_info()->name() +
                              ".toml";
};

TEST_F(ScenarioFile, SaysAllButWhomToAsk) {
    const auto options = parse(R"(
steps = ["50x10", "50..200x30"]
arrivals = "poisson"
seed = 7
connections_max = 9
timeout_ms = 1500
lag_max_us = 500.5
row_ms = 100
warm_up_s = 2.5
keep_alive = false

[[request]]
name = "generated"
weight = 3
format = "binary"
documents = 2
dimension = 4
top_n = 1
variants = 5

[[request]]
name = "written"
method = "PUT"
path = "/x"
headers = ["A: b", "C: d"]
bodies = ["one", "two"]
)");
    ASSERT_TRUE(options.ok()) << options.error().message;
    const Plan& plan = options->plan;
    EXPECT_EQ("qr_SaysAllButWhomToAsk", plan.scenario);
    EXPECT_EQ("h", plan.host);
    EXPECT_EQ(81, plan.port);
    EXPECT_EQ(Loop::open, plan.loop);
    ASSERT_EQ(2u, plan.steps.size());
    EXPECT_EQ(200, plan.steps[1].rate_end);
    EXPECT_EQ(seconds(40), plan.length());
    EXPECT_EQ(Arrivals::poisson, plan.arrivals);
    EXPECT_EQ(7u, plan.seed);
    EXPECT_EQ(9u, plan.connections_max);
    EXPECT_EQ(milliseconds(1500), plan.timeout);
    EXPECT_EQ(std::chrono::nanoseconds(500'500), plan.lag_max);
    EXPECT_EQ(milliseconds(100), plan.row);
    EXPECT_EQ(milliseconds(2500), plan.warm_up);
    EXPECT_FALSE(plan.keeps_alive);
    ASSERT_EQ(2u, plan.requests.size());
    EXPECT_EQ("generated", plan.requests[0].name);
    EXPECT_EQ(3u, plan.requests[0].weight);
    EXPECT_EQ("POST", plan.requests[0].method);
    EXPECT_EQ("/v1/rerank", plan.requests[0].path);
    EXPECT_EQ(5u, plan.requests[0].bodies.size());
    EXPECT_EQ(2u, plan.requests[0].headers.size());
    EXPECT_EQ(1u, plan.requests[1].weight);
    EXPECT_EQ("PUT", plan.requests[1].method);
    EXPECT_EQ("/x", plan.requests[1].path);
    EXPECT_THAT(plan.requests[1].headers, ElementsAre("A: b", "C: d"));
    EXPECT_THAT(plan.requests[1].bodies, ElementsAre("one", "two"));
}

TEST_F(ScenarioFile, SearchesACollectionByName) {
    const auto options = parse(
        "clients = 2\nseconds = 1\n[[request]]\nformat = \"json\"\ncollection = \"papers\"\n"
        "dimension = 2\nk = 5\n",
        {});
    ASSERT_TRUE(options.ok()) << options.error().message;
    const Request& request = options->plan.requests.at(0);
    EXPECT_EQ("/v1/collections/papers/search", request.path);
    EXPECT_THAT(request.bodies.at(0), testing::MatchesRegex(R"(\{"query":\[.*\],"k":5\})"));
}

TEST_F(ScenarioFile, SearchesByManyQueriesInOneRequest) {
    const auto options = parse(
        "clients = 2\nseconds = 1\n[[collection]]\nname = \"papers\"\n[[request]]\n"
        "format = \"json\"\ncollection = \"papers\"\nqueries = 2\ndimension = 1\nk = 5\n",
        {});
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_THAT(options->plan.requests.at(0).bodies.at(0),
                testing::MatchesRegex(R"(\{"queries":\[\[[^,]*\],\[[^,]*\]\],"k":5\})"));
}

TEST_F(ScenarioFile, StretchesAndScalesBesideFlags) {
    const std::string text = "steps = [\"50x10\", \"50..200x30\"]\n" + std::string(kRequest);
    const auto options = parse(text, {"--seconds", "4", "--rate", "20", "--warm-up", "1",
                                      "--timeout-ms", "70", "--no-keep-alive"});
    ASSERT_TRUE(options.ok()) << options.error().message;
    const Plan& plan = options->plan;
    ASSERT_EQ(2u, plan.steps.size());
    EXPECT_EQ(seconds(1), plan.steps[0].length);
    EXPECT_EQ(seconds(3), plan.steps[1].length);
    EXPECT_DOUBLE_EQ(5, plan.steps[0].rate);
    EXPECT_DOUBLE_EQ(5, plan.steps[0].rate_end);
    EXPECT_DOUBLE_EQ(20, plan.steps[1].rate_end);
    EXPECT_EQ(seconds(1), plan.warm_up);
    EXPECT_EQ(milliseconds(70), plan.timeout);
    EXPECT_FALSE(plan.keeps_alive);
}

TEST_F(ScenarioFile, LastsJustAsLongAsAsked) {
    const auto options = parse("steps = [\"1x10\", \"2x10\", \"3x10\"]\n" + std::string(kRequest),
                               {"--seconds", "1"});
    ASSERT_TRUE(options.ok()) << options.error().message;
    EXPECT_EQ(seconds(1), options->plan.length());
}

TEST_F(ScenarioFile, TurnsIntoAnotherLoopBesideFlags) {
    const std::string steps = "steps = [\"50x10\", \"50..200x30\"]\n" + std::string(kRequest);
    const auto closed = parse(steps, {"--clients", "3"});
    ASSERT_TRUE(closed.ok()) << closed.error().message;
    EXPECT_EQ(Loop::closed, closed->plan.loop);
    EXPECT_EQ(3u, closed->plan.clients);
    ASSERT_EQ(1u, closed->plan.steps.size());
    EXPECT_EQ(seconds(40), closed->plan.length());

    const std::string clients = "clients = 3\nseconds = 5\n" + std::string(kRequest);
    const auto open = parse(clients, {"--rate", "8"});
    ASSERT_TRUE(open.ok()) << open.error().message;
    EXPECT_EQ(Loop::open, open->plan.loop);
    EXPECT_EQ(8, open->plan.steps.at(0).rate);
    EXPECT_EQ(8, open->plan.steps.at(0).rate_end);
    EXPECT_EQ(seconds(5), open->plan.length());

    const auto replaced = parse(clients, {"--step", "4x2", "--step", "0x1"});
    ASSERT_TRUE(replaced.ok()) << replaced.error().message;
    EXPECT_EQ(Loop::open, replaced->plan.loop);
    EXPECT_EQ(2u, replaced->plan.steps.size());
}

TEST_F(ScenarioFile, RefusesFlagsThatItSaysItself) {
    const std::string text = "rate = 5\nseconds = 1\n" + std::string(kRequest);
    const std::pair<std::vector<const char*>, const char*> cases[] = {
        {{"--method", "GET"}, "--method: 'GET', allowed is none beside --scenario"},
        {{"--header", "A: b"}, "--header: 'A: b', allowed is none beside --scenario"},
        {{"--body", "x"}, "--body: 'x', allowed is none beside --scenario"},
        {{"--clients", "1", "--rate", "2"},
         "'2 of them', allowed is at most one beside a scenario"},
        {{"--step", "1x1", "--seconds", "2"}, "--seconds: '2', allowed is none beside steps"},
        {{"--rate", "x"}, "--rate: 'x', allowed is 0.1..1000000"},
        {{"--seconds", "0"}, "--seconds: '0', allowed is 0.1..86400"},
    };
    for (const auto& [flags, message] : cases) {
        const auto options = parse(text, flags);
        ASSERT_FALSE(options.ok()) << message;
        EXPECT_THAT(options.error().message, HasSubstr(message));
    }
    const auto path = parse_options(
        std::vector<const char*>{"qr_load", "--url", "http://h/x", "--scenario", path_.c_str()});
    ASSERT_FALSE(path.ok());
    EXPECT_EQ("--url: 'http://h/x', allowed is http[s]://HOST[:PORT] beside --scenario",
              path.error().message);
}

TEST_F(ScenarioFile, IsRefusedByLineKeyFoundAndAllowed) {
    const std::string loop = "rate = 5\nseconds = 1\n";
    const std::string request = "[[request]]\nname = \"a\"\n";  // lines 3 and 4 behind `loop`
    const std::pair<std::string, std::string> cases[] = {
        {"rate = ", ":1: '"},
        {"rate = 5\nrate = 6\n", ":2: '"},
        {loop, ": [[request]]: '', allowed is one or more tables [[request]]"},
        {loop + "request = 3\n", ": [[request]]: 'a number', allowed is one or more tables"},
        {loop + "request = [3]\n", ":3: request: 'a number', allowed is a table"},
        {request, ": clients, rate, steps: '0 of them', allowed is exactly one"},
        {"clients = 1\n" + loop + request,
         ": clients, rate, steps: '2 of them', allowed is exactly one"},
        {"rate = 5\n" + request, ": seconds: '', allowed is a length"},
        {"steps = [\"1x1\"]\nseconds = 2\n" + request,
         ": seconds: '2', allowed is none beside steps"},
        {loop + "speed = 3\n" + request, ":3: 'speed', allowed is clients, rate, seconds, steps"},
        {loop + "row_ms = \"9\"\n" + request, ":3: row_ms: 'a text', allowed is a number"},
        {loop + "keep_alive = 1\n" + request,
         ":3: keep_alive: 'a number', allowed is true or false"},
        {loop + "arrivals = \"bursts\"\n" + request,
         ":3: arrivals: 'bursts', allowed is constant or poisson"},
        {loop + "warm_up_s = -1\n" + request, ":3: warm_up_s: '-1', allowed is 0..600"},
        {"rate = inf\nseconds = 1\n" + request, ":1: rate: 'inf', allowed is 0.1..1000000"},
        {"steps = \"5x1\"\n" + request, ":1: steps: 'a text', allowed is a list of texts"},
        {"steps = [5]\n" + request, ":1: steps: 'a number', allowed is a list of texts"},
        {"steps = [\"5\"]\n" + request, ":1: steps: '5', allowed is RATExSECONDS or FROM..TO"},
        {loop + request + "speed = 3\n",
         ":5: 'speed', allowed is name, weight, method, path, headers, bodies, format, "
         "collection, queries, k, documents, dimension, words, top_n, variants"},
        {loop + request + "weight = 0\n", ":5: weight: '0', allowed is 1..1000000"},
        {loop + request + "weight = 1.5\n", ":5: weight: '1.5'"},
        {loop + request + "path = \"x\"\n", ":5: path: 'x', allowed is a path that begins with"},
        {loop + request + "method = \"\"\n", ":5: method: '', allowed is upper-case letters"},
        {loop + request + "headers = [\"Host: x\"]\n", ":5: headers: 'Host: x', allowed is"},
        {loop + "[[request]]\nname = \"\"\n", ":4: name: '', allowed is 1..64 visible"},
        {loop + request + request, ":6: name: 'a', allowed is a name that no other request has"},
        {loop + request + "documents = 3\n",
         ":5: documents: '3', allowed is none without 'format'"},
        {loop + request + "format = \"xml\"\n",
         ":5: format: 'xml', allowed is binary, base64, json or text"},
        {loop + request + "format = \"json\"\ndocuments = 2\n",
         ":3: request: dimension: '', allowed is a number"},
        {loop + request + "format = \"text\"\ndocuments = 2\n",
         ":3: request: words: '', allowed is a number"},
        {loop + request + "format = \"text\"\ndocuments = 2\nwords = 3\ndimension = 4\n",
         ":8: dimension: '4', allowed is none with 'format' text"},
        {loop + request + "format = \"json\"\ndocuments = 2\ndimension = 4\nwords = 3\n",
         ":8: words: '3', allowed is none with 'format' json"},
        {loop + request + "words = 3\n", ":5: words: '3', allowed is none without 'format'"},
        {loop + request + "format = \"json\"\ndocuments = 10001\ndimension = 1\n",
         ":6: documents: '10001', allowed is 1..10000"},
        {loop + request + "format = \"json\"\ndocuments = 1\ndimension = 65537\n",
         ":7: dimension: '65537', allowed is 1..65536"},
        {loop + request + "format = \"json\"\ndocuments = 1\ndimension = 1\nbodies = [\"x\"]\n",
         ":8: bodies: 'a body', allowed is none beside 'format'"},
    };
    for (const auto& [text, message] : cases) {
        const auto options = parse(text);
        ASSERT_FALSE(options.ok()) << text;
        EXPECT_THAT(options.error().message, HasSubstr(path_ + message)) << text;
    }
    EXPECT_FALSE(parse_options(std::vector<const char*>{"qr_load", "--url", "http://h",
                                                        "--scenario", "/no/such"})
                     .ok());
}

TEST_F(ScenarioFile, ASearchIsRefusedWhatIsARerankAlone) {
    const std::string request = "rate = 5\nseconds = 1\n[[request]]\nname = \"a\"\n";
    const std::pair<std::string, std::string> cases[] = {
        {request + "format = \"json\"\ncollection = \"c\"\nk = 3\ndimension = 4\n"
                   "top_n = 2\n",
         ":9: top_n: '2', allowed is none with 'collection'"},
        {request + "format = \"json\"\ncollection = \"c\"\ndimension = 4\n",
         ":3: request: k: '', allowed is a number"},
        {request + "format = \"json\"\nqueries = 2\ndocuments = 4\ndimension = 4\n",
         ":6: queries: '2', allowed is none without 'collection'"},
        {request + "format = \"json\"\nk = 3\ndocuments = 4\ndimension = 4\n",
         ":6: k: '3', allowed is none without 'collection'"},
        {request + "collection = \"c\"\n", ":5: collection: 'c', allowed is none without 'format'"},
    };
    for (const auto& [text, message] : cases) {
        const auto options = parse(text);
        ASSERT_FALSE(options.ok()) << text;
        EXPECT_THAT(options.error().message, HasSubstr(path_ + message)) << text;
    }
}

std::string times(std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

TEST_F(ScenarioFile, StaysBounded) {
    const std::string loop = "rate = 5\nseconds = 1\n";
    std::string requests;
    for (std::size_t i = 0; i <= kRequestsMax; ++i)
        requests += "[[request]]\nname = \"" + std::to_string(i) + "\"\n";
    // 1000 vectors of 4096 numbers, 16 MiB a variant: more than 256 MiB with the 17th.
    const std::string big = "format = \"binary\"\ndocuments = 999\ndimension = 4096\n";
    const std::pair<std::string, std::string> cases[] = {
        {loop + requests, ":67: request: '33 of them', allowed is at most 32"},
        {"steps = [" + times(33, "\"1x1\",") + "]\n" + kRequest,
         ":1: steps: '33 of them', allowed is at most 32"},
        {loop + kRequest + "bodies = [" + times(65, "\"x\",") + "]\n",
         ":5: bodies: '65 of them', allowed is at most 64"},
        {loop + kRequest + "headers = [" + times(65, "\"A: b\",") + "]\n",
         ":5: headers: '65 of them', allowed is at most 64"},
        {loop + kRequest + big + "variants = 65\n", ":8: variants: '65', allowed is 1..64"},
        {loop + kRequest + big + "variants = 17\n",
         "bytes of bodies so far', allowed is at most 268435456 of all requests together"},
        {loop + "row_ms = 1\n" + kRequest, ":3: row_ms: '1', allowed is 0, or a row of which"},
        {"rate = 1000000\nseconds = 1\ntimeout_ms = 60000\n" + std::string(kRequest),
         ":3: timeout_ms: '60000', allowed is at most 10000000 requests"},
    };
    for (const auto& [text, message] : cases) {
        const auto options = parse(text);
        ASSERT_FALSE(options.ok()) << message;
        EXPECT_THAT(options.error().message, HasSubstr(message));
        EXPECT_THAT(options.error().message, HasSubstr(path_));
    }
    const auto huge = parse(std::string((1 << 20) + 1, '#'));
    ASSERT_FALSE(huge.ok());
    EXPECT_THAT(huge.error().message, HasSubstr("allowed is a file of at most 1048576 bytes"));
}

}  // namespace
}  // namespace qr::load
