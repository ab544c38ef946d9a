// The fixture of the engines' contract suites: an engine of the registry, a storage type, a scan
// type and a printed seed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/collection/engine/collection_engines.h"
#include "tests/host/collection/engine/oracle.h"
#include "tests/host/collection/engine/rows.h"

namespace qr::test {

inline constexpr std::array kMethods = {scoring::Method::signed_fidelity, scoring::Method::fidelity,
                                        scoring::Method::bures_angle, scoring::Method::cosine,
                                        scoring::Method::dot};

// Whether the scan types that a collection is made with by hand stay out.
#ifdef QR_ONLY_CHOSEN_SCANS
inline constexpr bool kOnlyChosenScans = true;
#else
inline constexpr bool kOnlyChosenScans = false;
#endif

// Added to before main(), by the source that makes a test program of its own of the suites: then
// they run on those alone.
inline std::vector<EngineEntry>& own_engines() {
    static std::vector<EngineEntry> entries;
    return entries;
}
inline const std::vector<EngineEntry>& contracted_engines() {
    return own_engines().empty() ? collection_engines() : own_engines();
}
inline Result<std::unique_ptr<CollectionEngine>> make_contracted(std::string_view name,
                                                                 const EngineOptions& options) {
    for (const EngineEntry& entry : contracted_engines()) {
        if (entry.name == name) return entry.make(options);
    }
    return make_collection_engine(name, options);
}

struct Contracted {
    std::string engine;
    Dtype storage = Dtype::float32;
    std::optional<Dtype> scan = {};
    friend bool operator==(const Contracted&, const Contracted&) = default;
};

inline std::vector<Contracted> contracted() {
    std::vector<Contracted> all;
    for (const EngineEntry& entry : contracted_engines()) {
        const bool is_cuda = entry.name.starts_with("cuda");
        // One that says that there is none is enough.
        if (is_cuda && own_engines().empty() && !entry.make({}).ok()) {
            all.push_back({std::string(entry.name), Dtype::float32, std::nullopt});
            continue;
        }
        for (const Dtype storage : {Dtype::float32, Dtype::float16, Dtype::bfloat16}) {
            all.push_back({std::string(entry.name), storage, std::nullopt});
            if (kOnlyChosenScans) continue;
            for (const DtypeInfo& scan : kDtypes) {
                if (is_cuda && scan.dtype == Dtype::int8) continue;  // it refuses that layout
                all.push_back({std::string(entry.name), storage, scan.dtype});
            }
        }
    }
    return all;
}

inline std::string contracted_name(const testing::TestParamInfo<Contracted>& tested) {
    const std::string scan(tested.param.scan ? info(*tested.param.scan).name : "choice");
    std::string engine = tested.param.engine;
    std::ranges::replace(engine, '-', '_');
    return engine + "_" + std::string(info(tested.param.storage).name) + "_scan_" + scan;
}

// Rows in a table, as the oracle sees them. Their numbers do not ascend as their slots do.
struct FilledTable {
    std::unique_ptr<Table> table;
    Rows rows;
    std::vector<Slot> slots;
    std::vector<std::uint64_t> numbers;

    // Those whose slot the mask has.
    std::vector<OracleRow> oracle_rows(const RowMask& mask) const {
        std::vector<OracleRow> chosen;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const Slot slot = slots[i];
            if (slot / 64 < mask.size() && (mask[slot / 64] >> slot % 64 & 1) != 0)
                chosen.push_back({slot, numbers[i], rows.row(i)});
        }
        return chosen;
    }
    RowMask everything() const {
        return RowMask((table->view()->slots() + 63) / 64, ~std::uint64_t{0});
    }
};

class EngineContract : public testing::TestWithParam<Contracted> {
  protected:
    EngineContract() : seed_(std::random_device{}()), random_(seed_) {}
    void SetUp() override {
        auto made = make_contracted(GetParam().engine, {.threads = 2});
        if (!made.ok() && made.error().code == Code::unavailable)
            GTEST_SKIP() << made.error().message;
        ASSERT_TRUE(made.ok()) << made.error().message;
        engine_ = std::move(made).value();
    }
    void TearDown() override {
        if (HasFailure()) std::printf("seed: %llu\n", static_cast<unsigned long long>(seed_));
    }

    std::unique_ptr<CollectionEngine> make_engine(std::size_t threads, std::size_t memory_max = 0) {
        auto made =
            make_contracted(GetParam().engine, {.threads = threads, .memory_max = memory_max});
        EXPECT_TRUE(made.ok());
        return std::move(made).value();
    }
    std::unique_ptr<Table> make_table(CollectionEngine& engine, std::size_t dimension) {
        auto made = engine.make_table(
            {.dimension = dimension, .storage = GetParam().storage, .scan = GetParam().scan});
        EXPECT_TRUE(made.ok());
        return std::move(made).value();
    }
    // Values of any type, rounded; added in three batches that end inside blocks.
    FilledTable fill(CollectionEngine& engine, const Rows& values) {
        FilledTable filled{
            make_table(engine, values.dimension), stored(GetParam().storage, values), {}, {}};
        const std::size_t count = filled.rows.count();
        for (std::size_t i = 0; i < count; ++i)
            filled.numbers.push_back((i * 7919 + 3) % count);
        for (const std::size_t end : {count / 3, count / 2 + 1, count})
            append(filled, end);
        return filled;
    }
    static void append(FilledTable& filled, std::size_t end) {
        const std::size_t done = filled.slots.size();
        if (end <= done) return;
        const MatrixView rows{filled.rows.values.data() + done * filled.rows.dimension, end - done,
                              filled.rows.dimension};
        const auto slots =
            filled.table->append({rows, std::span(filled.numbers).subspan(done, end - done)});
        ASSERT_TRUE(slots.ok()) << slots.error().message;
        filled.slots.insert(filled.slots.end(), slots->begin(), slots->end());
    }
    static std::vector<SearchResult> search(const TableView& view,
                                            const std::vector<SearchQuery>& queries) {
        auto results = view.search(queries);
        EXPECT_TRUE(results.ok());
        return results.ok() ? std::move(results).value()
                            : std::vector<SearchResult>(queries.size());
    }
    // On an emulated device everything takes a thousand times as long.
    bool is_emulated() const { return GetParam().engine.ends_with("-emulated"); }
    // There a case takes every third only, from another one on than its neighbours: all cases
    // together take all, and those of a storage or of a scan type do so too.
    template <class T>
    std::vector<T> share_of(std::vector<T> all) const {
        if (!is_emulated()) return all;
        const std::vector<Contracted> cases = contracted();
        const auto own =
            static_cast<std::size_t>(std::ranges::find(cases, GetParam()) - cases.begin());
        std::vector<T> share;
        for (std::size_t i = own % 3; i < all.size(); i += 3)
            share.push_back(std::move(all[i]));
        return share;
    }
    bool is_proven(bool is_certified) const {
        return is_certified || GetParam().scan != Dtype::int8 || GetParam().engine == "reference";
    }

    const std::uint64_t seed_;
    Random random_;
    std::unique_ptr<CollectionEngine> engine_;
};

#define CONTRACTED_ENGINES(suite) \
    INSTANTIATE_TEST_SUITE_P(Registry, suite, testing::ValuesIn(contracted()), contracted_name)

}  // namespace qr::test
