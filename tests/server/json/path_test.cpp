#include "server/json/path.h"

#include <gtest/gtest.h>

#include <string>

namespace qr::json {
namespace {

TEST(Path, WritesAJsonPointer) {
    const Path whole;
    const Path documents(whole, "documents");
    const Path entry(documents, 17);
    EXPECT_EQ(whole.pointer(), "");
    EXPECT_EQ(Path(entry, "vector").pointer(), "/documents/17/vector");
}

TEST(Path, EscapesWhatAPointerReserves) {
    const Path whole;
    EXPECT_EQ(Path(whole, "a/b~c").pointer(), "/a~1b~0c");
}

TEST(Path, WritesAPatternForAllElementsOfAList) {
    const Path whole;
    const Path documents(whole, "documents");
    const Path entry(documents, 17);
    EXPECT_EQ(Path(entry, "title").pattern(), "/documents/*/title");
}

TEST(Path, CutsALongName) {
    const Path whole;
    const std::string name(1000, 'n');
    EXPECT_EQ(Path(whole, name).pointer(), "/" + std::string(64, 'n') + "...");
}

TEST(Excerpt, CutsBetweenCharacters) {
    EXPECT_EQ(excerpt("short"), "short");
    EXPECT_EQ(excerpt(std::string(63, 'a') + "\u20ac"), std::string(63, 'a') + "...");
}

TEST(InvalidAt, NamesTheThingTheFoundAndTheAllowed) {
    const Path whole;
    const Error error = invalid_at(Path(whole, "top_n"), "-1", "0 or more");
    EXPECT_EQ(error.code, Code::invalid);
    EXPECT_EQ(error.pointer, "/top_n");
    EXPECT_EQ(error.message, "/top_n: found -1, allowed: 0 or more");
}

TEST(InvalidAt, CallsTheWholeDocumentTheBody) {
    const Error error = invalid_at(Path(), "an array", "an object");
    EXPECT_EQ(error.pointer, "");
    EXPECT_EQ(error.message, "body: found an array, allowed: an object");
}

}  // namespace
}  // namespace qr::json
