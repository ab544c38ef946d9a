#include "perf/inputs/http_bytes.h"

#include <gtest/gtest.h>

namespace qr::perf {
namespace {

std::string replaced(std::string_view from, std::string_view to) {
    std::string head(kRequestHead);
    return head.replace(head.find(from), from.size(), to);
}

TEST(HeadGate, PassesTheHeadAsItIsRead) {
    EXPECT_EQ(16U, pass_gate("head", read_head(kRequestHead)).size());
}

TEST(HeadGateDeathTest, RefusesAnotherField) {
    EXPECT_EXIT(pass_gate("head", read_head(replaced("203.0.113.7", "203.0.113.8"))),
                testing::ExitedWithCode(1), "wrong: head: differs at value");
    EXPECT_EXIT(pass_gate("head", read_head(replaced("X-Real-Ip: 203.0.113.7\r\n", ""))),
                testing::ExitedWithCode(1), "wrong: head: has");
}

TEST(HeadGateDeathTest, RefusesAnotherPathOrLength) {
    EXPECT_EXIT(pass_gate("head", read_head(replaced("rerank?", "rerunk?"))),
                testing::ExitedWithCode(1), "wrong: head: differs at value");
    EXPECT_EXIT(pass_gate("head", read_head(replaced("307200", "307201"))),
                testing::ExitedWithCode(1), "wrong: head: has another length");
}

TEST(HeadGateDeathTest, RefusesWhatIsNoHead) {
    EXPECT_EXIT(pass_gate("head", read_head("POST / HTTP/1.1\r\n")), testing::ExitedWithCode(1),
                "wrong: head: the head is incomplete");
}

TEST(ChunkedText, WritesSizesInHexadecimalAndAnEnd) {
    EXPECT_EQ("b\r\nhello world\r\n1\r\n!\r\n0\r\n\r\n", chunked_text("hello world!", 11));
    EXPECT_EQ("0\r\n\r\n", chunked_text("", 11));
}

TEST(Unchunk, GivesTheBodyOrNothing) {
    EXPECT_EQ("hello world!", unchunk(chunked_text("hello world!", 5), 12));
    EXPECT_EQ("", unchunk("x\r\n", 12));
}

}  // namespace
}  // namespace qr::perf
