#include "server/cli/text_request.h"

#include <gtest/gtest.h>

namespace qr::cli {
namespace {

std::string request_of(std::string_view lines, const TextRequest& request = {.query = "q"}) {
    const auto made = text_request(request, lines, "docs.txt");
    return made ? *made : made.error().message;
}

TEST(TextRequest, MakesADocumentOfEachLineAndNumbersIt) {
    EXPECT_EQ(request_of("a\nb \"c\"\n"),
              R"({"query":"q","top_n":0,"return_documents":true,"documents":[)"
              R"({"id":"1","text":"a"},{"id":"2","text":"b \"c\""}]})");
}

TEST(TextRequest, LeavesOutBlankLinesAndTheEndsOfLines) {
    EXPECT_EQ(request_of("\n  \na\r\n\n b\t"),
              R"({"query":"q","top_n":0,"return_documents":true,"documents":[)"
              R"({"id":"3","text":"a"},{"id":"5","text":" b"}]})");
}

TEST(TextRequest, PassesOnHowManyAndByWhichMethod) {
    EXPECT_TRUE(request_of("a", {.query = "q", .top_n = 3, .method = "fidelity"})
                    .starts_with(R"({"query":"q","method":"fidelity","top_n":3,)"));
}

TEST(TextRequest, SaysWhereTheTextIsNotUtf8) {
    EXPECT_EQ(request_of("a\nb\xff"),
              "docs.txt: line 2: found a byte that is not UTF-8 at byte 1, allowed: UTF-8");
    EXPECT_EQ(request_of("a", {.query = "\xff"}),
              "--query: found a byte that is not UTF-8 at byte 0, allowed: UTF-8");
}

TEST(TextRequest, RefusesAFileWithoutDocuments) {
    EXPECT_EQ(request_of("\n \n"), "docs.txt: found no documents, allowed: one a line");
}

}  // namespace
}  // namespace qr::cli
