#include <gtest/gtest.h>

#include <set>

#include "server/dialects/native.h"

namespace qr::native {
namespace {

TEST(NativeError, PrintsEverythingItKnows) {
    const Error error{Code::invalid, "/top_n: found -1, allowed: 0 or more", "/top_n", "-1",
                      "0 or more"};
    EXPECT_EQ(print_error(error, "req-1"),
              R"({"error":{"code":422,"type":"invalid",)"
              R"("message":"/top_n: found -1, allowed: 0 or more","pointer":"/top_n",)"
              R"("found":"-1","allowed":"0 or more"},)"
              R"("message":"/top_n: found -1, allowed: 0 or more",)"
              R"("detail":"/top_n: found -1, allowed: 0 or more","id":"req-1"})");
}

TEST(NativeError, LeavesOutWhatIsEmpty) {
    const Error error{.code = Code::overloaded, .message = "the queue is full"};
    EXPECT_EQ(print_error(error, ""),
              R"({"error":{"code":429,"type":"overloaded","message":"the queue is full"},)"
              R"("message":"the queue is full","detail":"the queue is full","id":""})");
}

TEST(NativeError, GivesEachCodeItsStatus) {
    EXPECT_EQ(status_of(Code::malformed), 400);
    EXPECT_EQ(status_of(Code::unauthenticated), 401);
    EXPECT_EQ(status_of(Code::forbidden), 403);
    EXPECT_EQ(status_of(Code::not_found), 404);
    EXPECT_EQ(status_of(Code::method_not_allowed), 405);
    EXPECT_EQ(status_of(Code::request_timeout), 408);
    EXPECT_EQ(status_of(Code::conflict), 409);
    EXPECT_EQ(status_of(Code::too_large), 413);
    EXPECT_EQ(status_of(Code::unsupported_media_type), 415);
    EXPECT_EQ(status_of(Code::invalid), 422);
    EXPECT_EQ(status_of(Code::no_encoder), 424);
    EXPECT_EQ(status_of(Code::overloaded), 429);
    EXPECT_EQ(status_of(Code::headers_too_large), 431);
    EXPECT_EQ(status_of(Code::internal), 500);
    EXPECT_EQ(status_of(Code::unavailable), 503);
    EXPECT_EQ(status_of(Code::deadline_exceeded), 504);
    EXPECT_EQ(status_of(Code::out_of_memory), 507);
}

}  // namespace
}  // namespace qr::native
