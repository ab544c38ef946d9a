#include "host/text/added_tokens.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

const AddedTokens& tokens() {
    static const AddedTokens made({{.content = "[A]", .id = 1},
                                   {.content = "[A]B", .id = 2},
                                   {.content = "<m>", .id = 3, .takes_left = true},
                                   {.content = "<r>", .id = 4, .takes_right = true}});
    return made;
}

struct Found {
    std::uint32_t id = 0;
    std::size_t start = 0;
    std::size_t stop = 0;
    bool operator==(const Found&) const = default;
};

Found find(std::string_view text, std::size_t from = 0) {
    const AddedTokens::Match match = tokens().find(text, from);
    return match.token == nullptr ? Found{} : Found{match.token->id, match.start, match.stop};
}

TEST(AddedTokens, AreFoundLeftmostAndLongest) {
    EXPECT_EQ((Found{2, 1, 5}), find("x[A]BC [A]"));
    EXPECT_EQ((Found{1, 7, 10}), find("x[A]BC [A]", 5));
    EXPECT_EQ((Found{1, 1, 4}), find("[[A]]"));
}

TEST(AddedTokens, TakeTheWhiteSpaceThatIsTheirs) {
    EXPECT_EQ((Found{3, 1, 8}), find("a \u3000<m> b"));
    EXPECT_EQ((Found{4, 1, 8}), find("a<r>\t\u3000b"));
    EXPECT_EQ((Found{4, 0, 4}), find("<r> \xE3"));  // and no broken character
}

TEST(AddedTokens, TakeNothingBeforeWhereTheSearchBegins) {
    EXPECT_EQ((Found{3, 2, 5}), find("  <m>", 2));
}

TEST(AddedTokens, AreNowhereInOtherText) {
    EXPECT_EQ(Found{}, find("[B] <n"));
    EXPECT_EQ(nullptr, AddedTokens({}).find("[A]", 0).token);
    EXPECT_EQ("<m>", tokens().find_id(3)->content);
    EXPECT_EQ(nullptr, tokens().find_id(9));
}

}  // namespace
}  // namespace qr
