#include "server/json/warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qr::json {
namespace {

using testing::ElementsAre;

TEST(Warnings, NamesAnUnknownFieldOfAllElementsOnce) {
    Warnings warnings(8);
    const Path whole;
    const Path documents(whole, "documents");
    for (std::size_t i = 0; i < 1000; ++i) {
        const Path entry(documents, i);
        warnings.add_unknown_field(Path(entry, "title"));
    }
    EXPECT_THAT(std::move(warnings).take(),
                ElementsAre("/documents/*/title: unknown field, ignored"));
}

TEST(Warnings, AreBoundedAndSayThatThereWereMore) {
    Warnings warnings(3);
    for (int i = 0; i < 10; ++i)
        warnings.add("warning " + std::to_string(i));
    EXPECT_THAT(std::move(warnings).take(),
                ElementsAre("warning 0", "warning 1", "more was ignored than is listed here"));
}

TEST(Warnings, MayBeForbiddenAltogether) {
    Warnings warnings(0);
    warnings.add("one");
    EXPECT_TRUE(std::move(warnings).take().empty());
}

}  // namespace
}  // namespace qr::json
