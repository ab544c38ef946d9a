#include "server/dialects/original.h"

#include <gtest/gtest.h>

namespace qr::dialects {
namespace {

TEST(OriginalMethods, AreOurMethodsUnderOldNames) {
    EXPECT_EQ(find_original_method("classical"), scoring::Method::cosine);
    EXPECT_EQ(find_original_method("quantum"), scoring::Method::fidelity);
    EXPECT_EQ(find_original_method("hybrid"), scoring::Method::signed_fidelity);
    EXPECT_EQ(find_original_method("cosine"), std::nullopt);
    EXPECT_EQ(original_method_names(), "classical, quantum, hybrid");
    for (const char* name : {"classical", "quantum", "hybrid"})
        EXPECT_EQ(original_method_name(*find_original_method(name)), name);
}

}  // namespace
}  // namespace qr::dialects
