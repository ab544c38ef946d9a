#include "server/app/collections_part.h"

#include <utility>

#include "host/base/check.h"

namespace qr {
namespace {

// Snapshots and loading take minutes and are few; two may be under way.
constexpr WorkPool::Limits kChores{.threads = 2, .waiting_max = 64};

}  // namespace

CollectionsPart::CollectionsPart(OpenedCollections opened, const Config& config, const Clock& clock,
                                 PassObserver& observer)
    : opened_(std::move(opened)),
      desk_(clock, {.jobs_max = config.search_queue_max}, &observer),
      work_({.threads = config.collection_writers, .waiting_max = config.max_concurrent_requests}),
      chores_(kChores),
      services_{.catalog = *opened_.catalog,
                .desk = desk_,
                .work = work_,
                .chores = chores_,
                .engine = opened_.engine->name(),
                .snapshot_dir = config.snapshot_dir} {}

CollectionsFigures CollectionsPart::figures() const {
    return {.collections = opened_.catalog->list(),
            .store = opened_.store->condition(),
            .searches_waiting = desk_.waiting_jobs(),
            .work_waiting = work_.waiting(),
            .is_loaded = is_loaded()};
}

void CollectionsPart::stop() {
    desk_.stop();
    work_.stop();
    chores_.stop();
}

}  // namespace qr
