#include "server/app/collections_part.h"

#include <gtest/gtest.h>

#include "host/collection/engine/collection_engines.h"
#include "tests/support/stand_in_catalog.h"
#include "tests/support/stand_in_store.h"

namespace qr {
namespace {

class NoObserver final : public PassObserver {
  public:
    void on_pass(const PassReport&) noexcept override {}
    void on_unsearched(Code) noexcept override {}
};

OpenedCollections opened() {
    OpenedCollections made{.store = std::make_unique<test::StandInStore>(),
                           .engine = *make_collection_engine("reference", {.threads = 1}),
                           .catalog = nullptr};
    made.catalog = std::make_unique<test::StandInCatalog>(*made.engine);
    return made;
}

TEST(CollectionsPart, GivesHandlersWhatTheConfigurationSays) {
    const SteadyClock clock;
    NoObserver observer;
    Config config;
    config.snapshot_dir = "/snapshots";
    const CollectionsPart part(opened(), config, clock, observer);
    EXPECT_EQ(part.services().engine, "reference");
    EXPECT_EQ(part.services().snapshot_dir, "/snapshots");
    EXPECT_TRUE(part.is_loaded());
}

TEST(CollectionsPart, TakesNoWorkOnceStopped) {
    const SteadyClock clock;
    NoObserver observer;
    CollectionsPart part(opened(), {}, clock, observer);
    part.stop();
    part.stop();
    SearchJob job;
    EXPECT_EQ(part.services().desk.submit(job).error().code, Code::unavailable);
    std::unique_ptr<Work> work;
    EXPECT_EQ(part.services().work.submit(work), WorkPool::Taken::stopped);
}

}  // namespace
}  // namespace qr
