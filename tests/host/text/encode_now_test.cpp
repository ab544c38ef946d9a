#include "host/text/encode_now.h"

#include <gtest/gtest.h>

#include "tests/support/stand_in_encoder.h"

namespace qr {
namespace {

TEST(EncodeNow, WaitsForTheVectors) {
    test::StandInEncoder encoder;
    const auto encoded = encode_now(encoder, {{.text = "aab"}});
    ASSERT_TRUE(encoded.ok());
    EXPECT_EQ(reinterpret_cast<const float*>(encoded->rows.data())[0], 2);
}

}  // namespace
}  // namespace qr
