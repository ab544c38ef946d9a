#include "server/app/make_encoder.h"

#include <gtest/gtest.h>

#include "host/text/encode_now.h"

namespace qr {
namespace {

class MakeEncoder : public testing::Test {
  protected:
    Result<std::unique_ptr<Encoder>> make(Config config) {
        return make_encoder(config, clock_, buffers_);
    }

    const SteadyClock clock_{};
    BufferPool buffers_{1 << 20};
};

TEST_F(MakeEncoder, EmbedsByDefault) {
    const auto made = make({});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ((*made)->info().kind, "static");
    EXPECT_NE((*made)->tokenizer(), nullptr);
    const auto encoded = encode_now(**made, {{.text = "quantum states"}});
    ASSERT_TRUE(encoded.ok());
    EXPECT_EQ(encoded->dimension, (*made)->info().dimension);
    EXPECT_EQ(encoded->tokens, 2u);
}

TEST_F(MakeEncoder, HasNoneWhenToldSo) {
    const auto made = make({.encoder = "none"});
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(*made, nullptr);
}

TEST_F(MakeEncoder, NamesTheFolderThatIsNone) {
    const auto made = make({.encoder = "/nonexistent"});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().code, Code::not_found);
    EXPECT_NE(made.error().message.find("/nonexistent"), std::string::npos) << made.error().message;
}

TEST_F(MakeEncoder, AsksAServiceWhereThereIsAUrl) {
    const auto made = make({.encoder = "http://127.0.0.1:1", .encoder_model = "e5"});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ((*made)->info().kind, "remote");
    EXPECT_EQ((*made)->tokenizer(), nullptr);
    (*made)->stop();
}

}  // namespace
}  // namespace qr
