#include "server/cli/ingest_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "tests/support/http_stub.h"

namespace qr::cli {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

class OneBatch final : public IngestBatches {
  public:
    std::uint64_t size() const override { return 9; }
    Result<std::optional<IngestBatch>> next() override {
        if (std::exchange(is_taken_, true)) return std::optional<IngestBatch>();
        return std::optional(IngestBatch{.body = "{\"id\":1}\n",
                                         .content_type = "application/x-ndjson",
                                         .header_length = {},
                                         .documents = 1,
                                         .end = 9});
    }

  private:
    bool is_taken_ = false;
};

TEST(IngestRun, SendsABatchAndTellsWhereItEnds) {
    HttpStub server(HttpStub::answer(200, "{}"));
    OneBatch batches;
    IngestPlace reached;
    const auto sent = send_batches(batches, {.url = server.url() + "/v1/x", .fields = {"A: b"}}, {},
                                   {.size = 9}, [&](const IngestPlace& place) {
                                       reached = place;
                                       return Result<void>();
                                   });
    EXPECT_TRUE(sent.ok());
    EXPECT_EQ(reached.end, 9U);
    EXPECT_EQ(reached.documents, 1U);
    EXPECT_THAT(server.finish(), AllOf(HasSubstr("POST /v1/x HTTP/1.1\r\n"), HasSubstr("A: b\r\n"),
                                       HasSubstr("Content-Type: application/x-ndjson\r\n"),
                                       EndsWith("{\"id\":1}\n")));
}

TEST(IngestRun, GivesUpOnWhatTheServerRefuses) {
    HttpStub server(HttpStub::answer(422, R"({"error":{"message":"line 1: no"}})"));
    OneBatch batches;
    const auto sent = send_batches(batches, {.url = server.url(), .fields = {}}, {}, {},
                                   [](const IngestPlace&) { return Result<void>(); });
    ASSERT_FALSE(sent.ok());
    EXPECT_EQ(sent.error().code, Code::internal);
    EXPECT_THAT(sent.error().message, HasSubstr("line 1: no"));
}

TEST(IngestRun, GivesUpOnAServerThatStaysAway) {
    OneBatch batches;
    const auto sent = send_batches(batches, {.url = "http://127.0.0.1:1", .fields = {}},
                                   {.connections = 1, .attempts = 1}, {},
                                   [](const IngestPlace&) { return Result<void>(); });
    EXPECT_EQ(sent.error().code, Code::unavailable);
}

TEST(IngestRun, WaitsAsLongAsTheServerAsks) {
    HttpStub server(
        "HTTP/1.1 429 Stub\r\nConnection: close\r\nRetry-After: 3\r\nretry-after-ms: 2500\r\n"
        "Content-Length: 0\r\n\r\n");
    OneBatch batches;
    std::vector<milliseconds> waited;
    IngestLimits limits{.connections = 1, .attempts = 2};
    limits.wait = [&](milliseconds time) {
        waited.push_back(time);
        server.finish();  // the second attempt finds nobody
    };
    const auto sent = send_batches(batches, {.url = server.url(), .fields = {}}, limits, {},
                                   [](const IngestPlace&) { return Result<void>(); });
    EXPECT_EQ(sent.error().code, Code::unavailable);
    ASSERT_EQ(waited.size(), 1U);
    EXPECT_GE(waited[0], milliseconds(2'500));
    EXPECT_LE(waited[0], milliseconds(2'600));
}

TEST(IngestRun, TriesAgainOnlyWhatMayPass) {
    EXPECT_TRUE(is_passing(HttpAnswer{.status = 429, .body = {}}));
    EXPECT_TRUE(is_passing(HttpAnswer{.status = 503, .body = {}}));
    EXPECT_TRUE(is_passing(Error{.code = Code::unavailable}));
    EXPECT_FALSE(is_passing(HttpAnswer{.status = 507, .body = {}}));
    EXPECT_FALSE(is_passing(HttpAnswer{.status = 422, .body = {}}));
}

TEST(IngestRun, WaitsLongerEachTimeUpToABound) {
    EXPECT_EQ(wait_before(2, 0), milliseconds(50));
    EXPECT_EQ(wait_before(2, 1), milliseconds(100));
    EXPECT_EQ(wait_before(4, 1), milliseconds(400));
    EXPECT_EQ(wait_before(50, 1), milliseconds(10'000));
}

TEST(IngestRun, WaitsNoLessThanAskedAndStillLongerEachTime) {
    EXPECT_EQ(wait_before(2, 0, milliseconds(3'000)), milliseconds(3'000));
    EXPECT_EQ(wait_before(2, 1, milliseconds(3'000)), milliseconds(3'100));
    EXPECT_EQ(wait_before(50, 1, milliseconds(1)), milliseconds(10'000));
    EXPECT_EQ(wait_before(2, 0, std::chrono::hours(1)), std::chrono::minutes(5));
}

}  // namespace
}  // namespace qr::cli
