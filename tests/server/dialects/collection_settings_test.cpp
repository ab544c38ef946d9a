#include "server/dialects/collection_settings.h"

#include <gtest/gtest.h>

#include "payloads.h"

namespace qr::collections {
namespace {

CollectionSettings settings_of(std::size_t dimension) {
    return {.layout = {.dimension = dimension, .storage = Dtype::float32, .scan = Dtype::bfloat16},
            .ttl_seconds = {},
            .encoder = "digest"};
}

TEST(CollectionSettings, MayBeLeftOutAltogether) {
    const auto read = read_settings(native::payload_of(""));
    ASSERT_TRUE(read.ok());
    EXPECT_FALSE(read->dimension);
    EXPECT_EQ(read->storage, Dtype::float32);
    EXPECT_FALSE(read->scan);
}

TEST(CollectionSettings, DoNotDifferInWhatIsLeftOpen) {
    CollectionSettings asked = settings_of(4);
    asked.layout.scan.reset();
    asked.encoder.reset();
    EXPECT_EQ(difference(settings_of(4), asked), "");
}

TEST(CollectionSettings, DifferByName) {
    CollectionSettings asked = settings_of(3);
    asked.layout.storage = Dtype::float16;
    asked.layout.scan = Dtype::int8;
    asked.encoder = "another";
    EXPECT_EQ(difference(settings_of(4), asked),
              "dimension 4 instead of 3, storage float32 instead of float16, scan bfloat16 instead "
              "of int8, encoder digest instead of another");
}

TEST(CollectionSettings, NameASnapshotAndNoPath) {
    EXPECT_EQ(*read_folder(native::payload_of(R"({"folder": "papers-2026.07"})")),
              "papers-2026.07");
    for (const char* const folder : {"", "..", ".hidden", "a/b", "/etc", "a\\u0000b", "ä"}) {
        const auto read =
            read_folder(native::payload_of(R"({"folder": ")" + std::string(folder) + R"("})"));
        ASSERT_FALSE(read.ok()) << folder;
        EXPECT_EQ(read.error().pointer, "/folder") << folder;
    }
}

}  // namespace
}  // namespace qr::collections
