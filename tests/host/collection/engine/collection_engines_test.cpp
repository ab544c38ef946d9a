#include "host/collection/engine/collection_engines.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(CollectionEngines, MakesEveryEntryByItsName) {
    for (const EngineEntry& entry : collection_engines()) {
        const auto made = make_collection_engine(entry.name, {.threads = 1, .memory_max = 4096});
        if (entry.name == "cuda" && !made.ok()) {  // a machine need not have a device
            EXPECT_EQ(Code::unavailable, made.error().code);
            continue;
        }
        ASSERT_TRUE(made.ok()) << entry.name;
        EXPECT_EQ(entry.name, (*made)->name());
        EXPECT_EQ(4096U, (*made)->capabilities().memory_max);
    }
}

TEST(CollectionEngines, TakesTheFirstForAuto) {
    const auto made = make_collection_engine("auto", {.threads = 1});
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(collection_engines().front().name, (*made)->name());
}

TEST(CollectionEngines, ListsTheNamesThatItKnows) {
    const auto made = make_collection_engine("tpu", {});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::invalid, made.error().code);
    EXPECT_EQ(0U, made.error().message.find("engine: found 'tpu', allowed: auto, "));
    EXPECT_NE(std::string::npos, made.error().allowed.find("reference"));
}

}  // namespace
}  // namespace qr
