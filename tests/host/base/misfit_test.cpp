#include "host/base/misfit.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(Misfit, SaysWhereWhatWasFoundAndWhatIsAllowed) {
    EXPECT_EQ("k: found 0, allowed: 1..9", misfit_text("k", "0", "1..9"));
}

TEST(Misfit, CarriesItsPartsByThemselves) {
    const Error error = misfit_error(Code::conflict, "file", "two", "one");
    EXPECT_EQ(Code::conflict, error.code);
    EXPECT_EQ("file: found two, allowed: one", error.message);
    EXPECT_EQ("", error.pointer);
    EXPECT_EQ("two", error.found);
    EXPECT_EQ("one", error.allowed);
}

TEST(Misfit, AtAPointerCarriesThatToo) {
    const Error error = misfit_at(Code::invalid, "/k", "0", "1..9");
    EXPECT_EQ("/k: found 0, allowed: 1..9", error.message);
    EXPECT_EQ("/k", error.pointer);
}

}  // namespace
}  // namespace qr
