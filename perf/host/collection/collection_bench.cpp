// What a collection costs beside its vectors: writing and loading documents, taking the ground of a
// search, and memory.
//
//   collection_bench [--smoke] [--benchmark_filter=...]
//
//   load           documents a second from the store into memory
//   upsert/1000    documents a second by upserts of that many, all of them known ids; the store
//   does
//                  not sync: what a durable commit costs store_bench tells
//   ground/...     all: the mask is shared; written: one upsert before each, so it is copied;
//                  tag, number: one document in two passes
//   fetch/100      documents by id with their vectors
//
// Documents have an id of 12 bytes, two tags of 100, a number and 16 float32. `beside_bytes` is the
// memory of a document but for its row in the table.
#include <filesystem>

#include "host/base/wall_clock.h"
#include "host/collection/catalog.h"
#include "host/collection/engine/collection_engines.h"
#include "host/store/open_store.h"
#include "perf/gate.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::size_t kDimension = 16;
constexpr std::size_t kBatch = 1'000;

template <typename T>
T must(Result<T> result) {
    if (!result) shut_gate("collection", result.error().message);
    return *std::move(result);
}
void must(const Result<void>& result) {
    if (!result) shut_gate("collection", result.error().message);
}

std::string id_of(std::size_t i) {
    std::string digits = std::to_string(i);
    return "id" + std::string(10 - digits.size(), '0') + digits;
}

std::vector<Document> documents_of(std::size_t first, std::size_t count) {
    std::vector<Document> documents;
    for (std::size_t i = first; i < first + count; ++i) {
        Document document{.id = id_of(i), .fields = {}};
        document.fields.tags = {i % 2 == 0 ? "even" : "odd", "tag" + std::to_string(i % 98)};
        document.fields.numbers["half"] = static_cast<double>(i % 2);
        documents.push_back(std::move(document));
    }
    return documents;
}

std::vector<float> vectors_of(std::size_t first, std::size_t count) {
    std::vector<float> vectors;
    for (std::size_t i = first; i < first + count; ++i) {
        for (std::size_t j = 0; j < kDimension; ++j)
            vectors.push_back(static_cast<float>((i * 31 + j * 17) % 997) + 1);
    }
    return vectors;
}

// One collection for all, in a folder that is gone at the end.
class Bench {
  public:
    explicit Bench(std::size_t count) : count_(count) {
        std::string name = (std::filesystem::temp_directory_path() / "collection_XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) shut_gate("folder", "cannot make " + name);
        folder_ = name;
        store_ = must(open_store({.folder = folder_ / "store", .sync = StoreSync::never}));
        engine_ = must(make_collection_engine("auto", {.threads = 1}));
        catalog_ = must(Catalog::open(*store_, *engine_, {.tidy_every = std::chrono::hours(1)},
                                      {seconds_since_1970}));
        collection_ = must(catalog_->create("c", {.layout = {.dimension = kDimension}}));
        for (std::size_t i = 0; i < count_; i += kBatch)
            upsert(i);
        check();
    }
    ~Bench() {
        collection_.reset();
        catalog_.reset();
        store_.reset();
        std::filesystem::remove_all(folder_);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    std::size_t count() const { return count_; }
    const std::string& hash() const { return hash_; }  // of what passed the gate
    Collection& collection() { return *collection_; }

    void upsert(std::size_t first) {
        const std::size_t count = std::min(kBatch, count_ - first);
        const std::vector<float> vectors = vectors_of(first, count);
        must(collection_->upsert(documents_of(first, count), {vectors.data(), count, kDimension}));
    }
    void load() {
        must(catalog_->unload("c"));
        must(catalog_->load("c"));
    }
    double beside_bytes() const {
        const CollectionInfo info = collection_->info();
        const double rows = static_cast<double>(info.memory_bytes_per_row * count_);
        return (static_cast<double>(info.memory_bytes) - rows) / static_cast<double>(count_);
    }

  private:
    void check() {
        const CollectionInfo info = collection_->info();
        if (info.documents != count_ || info.missing != 0)
            shut_gate("documents", std::to_string(info.documents));
        const std::vector<std::string> ids = {id_of(count_ / 2)};
        const auto found = must(collection_->fetch(ids, WithVector::yes));
        if (found.size() != 1) shut_gate("fetch", "no document");
        const std::vector<float> expected = vectors_of(count_ / 2, 1);
        hash_ = pass_gate("fetch", std::span<const float>(expected),
                          std::span<const float>(found[0].vector));
    }

    const std::size_t count_;
    std::filesystem::path folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<CollectionEngine> engine_;
    std::unique_ptr<Catalog> catalog_;
    std::shared_ptr<Collection> collection_;
    std::string hash_;
};

void report(benchmark::State& state, std::size_t documents) {
    state.counters["documents"] =
        benchmark::Counter(static_cast<double>(documents) * static_cast<double>(state.iterations()),
                           benchmark::Counter::kIsRate);
}

void add_ground(const std::shared_ptr<Bench>& bench, const std::string& name,
                const Filter& filter) {
    add_benchmark("ground/" + name, bench->hash(), [bench, filter](benchmark::State& state) {
        for (auto _ : state)
            benchmark::DoNotOptimize(must(bench->collection().ground(filter)).mask);
    });
}

void prepare(Sizes sizes) {
    const auto bench = std::make_shared<Bench>(sizes == Sizes::full ? 1'000'000 : 2'000);
    add_benchmark("load", bench->hash(), [bench](benchmark::State& state) {
        for (auto _ : state)
            bench->load();
        report(state, bench->count());
        state.counters["beside_bytes"] = bench->beside_bytes();
    })->UseRealTime();
    add_benchmark("upsert/1000", bench->hash(), [bench](benchmark::State& state) {
        std::size_t first = 0;
        for (auto _ : state) {
            bench->upsert(first);
            first = (first + kBatch) % bench->count();
        }
        report(state, kBatch);
    })->UseRealTime();
    add_ground(bench, "all", {});
    add_benchmark("ground/written", bench->hash(), [bench](benchmark::State& state) {
        const std::vector<float> vector = vectors_of(0, 1);
        for (auto _ : state) {
            state.PauseTiming();
            must(bench->collection().upsert(documents_of(0, 1), {vector.data(), 1, kDimension}));
            state.ResumeTiming();
            benchmark::DoNotOptimize(must(bench->collection().ground({})).mask);
        }
    });
    add_ground(bench, "tag", {.all_tags = {"odd"}});
    add_ground(bench, "number", {.numbers = {{"half", {.lowest = 1}}}});
    add_benchmark("fetch/100", bench->hash(), [bench](benchmark::State& state) {
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < 100; ++i)
            ids.push_back(id_of(i * 7919 % bench->count()));
        for (auto _ : state)
            benchmark::DoNotOptimize(must(bench->collection().fetch(ids, WithVector::yes)));
        report(state, ids.size());
    })->UseRealTime();
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
