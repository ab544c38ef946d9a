#include "host/text/encoders.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/text/tokenizer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/stand_in_model.h"

namespace qr {
namespace {

TEST(Encoders, AreMadeFromAFolder) {
    const std::filesystem::path folder =
        std::filesystem::path(testing::TempDir()) / "encoders_test" / "tiny";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config.json") << "{}";
    std::ofstream(folder / "tokenizer.json") << test::stand_in_tokenizer({"one"});
    std::ofstream(folder / "model.safetensors") << test::stand_in_safetensors(
        {{"embeddings", "F32", {4, 1}, test::bytes_of<float>({1, 2, 3, 4})}});
    BufferPool buffers(0);
    const test::ManualClock clock;
    const auto encoder = make_static_encoder(folder.string(), buffers, clock);
    ASSERT_TRUE(encoder.ok()) << encoder.error().message;
    EXPECT_EQ("tiny", (*encoder)->info().name);
    EXPECT_EQ(4U, (*encoder)->tokenizer()->vocabulary_size());
    std::filesystem::remove_all(folder.parent_path());
}

TEST(Encoders, AreMadeFromTheModelInThisProgram) {
    BufferPool buffers(0);
    const test::ManualClock clock;
    const auto encoder = make_embedded_encoder(buffers, clock);
    ASSERT_TRUE(encoder.ok()) << encoder.error().message;
    EXPECT_EQ("all-MiniLM-L6-v2-static", (*encoder)->info().name);
    EXPECT_EQ(30522U, (*encoder)->tokenizer()->vocabulary_size());
    std::vector<std::uint32_t> ids;
    (*encoder)->tokenizer()->ids("Hello, world! Unaffable.", 100, ids);
    // As bert-base-uncased has had them since 2018.
    EXPECT_EQ((std::vector<std::uint32_t>{7592, 1010, 2088, 999, 14477, 20961, 3468, 1012}), ids);
}

TEST(Encoders, AreNotMadeFromAFolderWithoutAModel) {
    BufferPool buffers(0);
    const test::ManualClock clock;
    const auto encoder = make_static_encoder("/nowhere", buffers, clock);
    ASSERT_FALSE(encoder.ok());
    EXPECT_EQ(Code::not_found, encoder.error().code);
}

}  // namespace
}  // namespace qr
