#include "server/json/each.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "padded_text.h"

namespace qr::json {
namespace {

using testing::ElementsAre;

std::vector<std::string> pointers_of(std::string_view json) {
    const PaddedText text(json);
    Reader reader(text.view());
    std::vector<std::string> pointers;
    const Path whole;
    const auto read = each_field(
        reader, *reader.root(), whole,
        [&](std::string_view, Value& value, const Path& path) -> Result<void> {
            if (auto list = reader.array(value, path, "an array"); list.ok()) {
                return each_element(reader, *list, path,
                                    [&](Value& element, const Path& here) -> Result<void> {
                                        pointers.push_back(here.pointer());
                                        return reader.skip(element, here);
                                    });
            }
            pointers.push_back(path.pointer());
            return reader.skip(value, path);
        });
    if (!read) pointers.push_back(read.error().message);
    return pointers;
}

TEST(Each, GivesFieldsOfAnyNameAndElementsInOrder) {
    EXPECT_THAT(pointers_of(R"({"b": 1, "": [2, 3], "b": 4})"),
                ElementsAre("/b", "//0", "//1", "/b"));
}

TEST(Each, StopsAtWhatIsNotJson) {
    EXPECT_THAT(
        pointers_of(R"({"a": [1, ], "b": 2})"),
        ElementsAre("/a/0", "/a/1", testing::HasSubstr("no value, key, comma, colon or bracket")));
}

}  // namespace
}  // namespace qr::json
