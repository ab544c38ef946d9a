#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/server/cli/test_console.h"
#include "tests/support/http_stub.h"

namespace qr::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const char* const kRequest =
    R"({"query": [1, 0], "method": "cosine", "documents": [[0, 1], {"id": "b", "vector": [2, 0],
        "text": "along"}]})";
const char* const kAnswer =
    R"({"method":"dot","backend":"far","results":[{"index":4,"relevance_score":2}]})";

TEST(RerankCommand, ShowsATableOfARequestFromStdin) {
    const Outcome outcome = TestConsole{.input = kRequest}.run({"rerank", "-"});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("    1    1.000000  ████████████████  b  along\n"));
    EXPECT_THAT(outcome.out, HasSubstr("    2    0.000000                    #0\n"));
}

TEST(RerankCommand, PrintsTheAnswerItselfAsJson) {
    const TestConsole console{.input = kRequest};
    const Outcome outcome =
        console.run({"rerank", "-", "--format", "json", "--backend", "reference"});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    const auto answer = nlohmann::json::parse(outcome.out);
    EXPECT_EQ("reference", answer.at("backend"));
    EXPECT_EQ("b", answer.at("results").at(0).at("id"));
}

TEST(RerankCommand, AsksAServerAndShowsItsAnswer) {
    HttpStub server(HttpStub::answer(200, kAnswer));
    const TestConsole console{.input = kRequest, .environment = {{"QR_API_KEY", "one,two"}}};
    const Outcome outcome = console.run({"rerank", "--url", server.url() + "/", "-"});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("2.000000  ████████████████  #4\ndot on far\n"));
    EXPECT_THAT(server.finish(),
                AllOf(StartsWith("POST /v1/rerank HTTP/1.1\r\n"),
                      HasSubstr("\r\nContent-Type: application/json\r\n"),
                      HasSubstr("\r\nAuthorization: Bearer one\r\n"), EndsWith(kRequest)));
}

TEST(RerankCommand, SendsABinaryBodyAsOne) {
    HttpStub server(HttpStub::answer(200, kAnswer));
    const TestConsole console{.input = "{}abcd"};
    const Outcome outcome = console.run(
        {"rerank", "--url", server.url(), "--header-length", "2", "--format", "json", "-"});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_EQ(std::string(kAnswer) + '\n', outcome.out);
    EXPECT_THAT(server.finish(),
                AllOf(HasSubstr("\r\nContent-Type: application/octet-stream\r\n"),
                      HasSubstr("\r\nInference-Header-Content-Length: 2\r\n"), EndsWith("{}abcd")));
}

TEST(RerankCommand, TellsWhatTheServerRefused) {
    HttpStub server(HttpStub::answer(422, R"({"message": "query: 0 numbers, allowed 1..65536"})"));
    const Outcome outcome = TestConsole{.input = "{}"}.run({"rerank", "--url", server.url(), "-"});
    EXPECT_EQ(1, outcome.exit_code);
    EXPECT_EQ("quantumrerank: " + server.url() +
                  "/v1/rerank answered 422: query: 0 numbers, allowed 1..65536\n",
              outcome.err);
}

TEST(RerankCommand, NamesTheFileThatCannotBeRead) {
    const Outcome missing = run({"rerank", "/nonexistent/request.json"});
    EXPECT_EQ(2, missing.exit_code);
    EXPECT_EQ(
        "quantumrerank: /nonexistent/request.json: cannot be read: No such file or directory\n",
        missing.err);
    const Outcome folder = run({"rerank", "/"});
    EXPECT_EQ(2, folder.exit_code);
    EXPECT_EQ("quantumrerank: /: cannot be read: Is a directory\n", folder.err);
}

TEST(RerankCommand, ReadsNoMoreThanThePayloadLimit) {
    const TestConsole console{.input = std::string(1025, ' ')};
    const Outcome outcome = console.run({"rerank", "-", "--payload-limit", "1KiB"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: standard input: found more than 1024 bytes, allowed: payload_limit\n",
              outcome.err);
}

TEST(RerankCommand, PutsThePlaceInFrontOfAnErrorOfTheRequest) {
    const TestConsole console{.input = R"({"query": [1, 0], "documents": [[1, 0], [0, 0]]})"};
    const Outcome outcome = console.run({"rerank", "-"});
    EXPECT_EQ(1, outcome.exit_code) << "refused, as a server would";
    EXPECT_THAT(outcome.err, StartsWith("quantumrerank: /documents/1"));
    EXPECT_EQ("", outcome.out);
}

TEST(RerankCommand, RefusesAFormatNobodyKnows) {
    const Outcome outcome = run({"rerank", "-", "--format", "xml"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: --format: xml not in {table,json}; see --help\n", outcome.err);
}

}  // namespace
}  // namespace qr::cli
