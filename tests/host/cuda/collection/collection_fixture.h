// The fixture of the CUDA engine's tests: small lanes and segments on an emulated device, and the
// reference engine beside it, which is told the same and must answer the same.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "host/collection/engine/reference/reference_engine.h"
#include "host/cuda/collection/cuda_engine.h"
#include "tests/host/cuda/cuda_fixture.h"

namespace qr::cuda {

// Segments of 32 rows and more, tiles of some dozen: every search goes over several of either.
inline CollectionOptions small_options() {
    return {.lanes = 2,
            .limits = {.queries = 8,
                       .query_numbers = 2048,
                       .tile_overlaps = 1024,
                       .survivors = 8192,
                       .listed = 2048,
                       .mask_bytes = 4096,
                       .first_tile_rows = 64},
            .segments = {.first_bytes = 1024, .last_bytes = 16384},
            .stage_bytes = 1024,
            .reserve_bytes = std::size_t{1} << 20,
            .cublas_file = ""};
}

inline float rounded(float value, Dtype dtype) {
    if (dtype == Dtype::float16) return __half2float(__float2half_rn(value));
    if (dtype == Dtype::bfloat16) return __bfloat162float(__float2bfloat16_rn(value));
    return value;
}

inline Matrix rounded(Matrix rows, Dtype dtype) {
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        for (std::size_t i = 0; i < rows.dimension(); ++i)
            rows.at(r, i) = rounded(rows.at(r, i), dtype);
    }
    return rows;
}

struct Question {
    Matrix vectors;  // a query each
    std::size_t k = 10;
    scoring::Method method = scoring::Method::signed_fidelity;
};

// A table and the reference's of the same rows; slots are those of either.
class Tables {
  public:
    Tables(CollectionEngine& engine, const TableLayout& layout)
        : ours_(made(engine, layout)), reference_(made(oracle_, layout)) {}

    void append(const Matrix& rows) {
        std::vector<std::uint64_t> numbers(rows.rows());
        std::iota(numbers.begin(), numbers.end(), next_);
        append(rows, numbers);
    }
    void append(const Matrix& rows, const std::vector<std::uint64_t>& numbers) {
        const auto ours = ours_->append({rows.view(), numbers});
        const auto theirs = reference_->append({rows.view(), numbers});
        ASSERT_TRUE(ours.ok()) << ours.error().message;
        ASSERT_TRUE(theirs.ok());
        EXPECT_EQ(*theirs, *ours);
        for (const Slot slot : *ours)
            set(mask_, slot, true);
        next_ += rows.rows();
    }
    void release(const std::vector<Slot>& slots) {
        ours_->release(slots);
        reference_->release(slots);
        for (const Slot slot : slots)
            set(mask_, slot, false);
    }
    // Of the slots in use, those that are let count.
    template <class Counts>
    RowMask mask(Counts counts) const {
        RowMask mask = mask_;
        for (Slot slot = 0; slot < mask.size() * 64; ++slot)
            set(mask, slot, is_set(mask_, slot) && counts(slot));
        return mask;
    }
    const RowMask& mask() const { return mask_; }
    Table& ours() { return *ours_; }
    Table& reference() { return *reference_; }

    static void set(RowMask& mask, Slot slot, bool counts) {
        if (mask.size() <= slot / 64) mask.resize(slot / 64 + 1);
        const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
        mask[slot / 64] = counts ? mask[slot / 64] | bit : mask[slot / 64] & ~bit;
    }
    static bool is_set(const RowMask& mask, Slot slot) {
        return slot / 64 < mask.size() && (mask[slot / 64] >> (slot % 64) & 1) != 0;
    }

  private:
    static std::unique_ptr<Table> made(CollectionEngine& engine, const TableLayout& layout) {
        auto table = engine.make_table(layout);
        EXPECT_TRUE(table.ok()) << (table.ok() ? "" : table.error().message);
        return table.ok() ? std::move(*table) : nullptr;
    }

    ReferenceEngine oracle_{0};
    std::unique_ptr<Table> ours_, reference_;
    RowMask mask_;
    std::uint64_t next_ = 100;
};

inline std::vector<SearchQuery> queries_of(const Question& question, const RowMask& mask) {
    std::vector<SearchQuery> queries;
    for (std::size_t q = 0; q < question.vectors.rows(); ++q)
        queries.push_back({.vector = question.vectors.view().row(q),
                           .k = question.k,
                           .method = question.method,
                           .mask = &mask});
    return queries;
}

// The hits to the bit, and what must be true of every answer beside them.
inline void expect_same_hits(const SearchResult& expected, const SearchResult& found) {
    EXPECT_EQ(expected.fault, found.fault);
    EXPECT_EQ(expected.is_dropped, found.is_dropped);
    EXPECT_EQ(expected.is_exact, found.is_exact);
    EXPECT_EQ(expected.rows, found.rows);
    EXPECT_LE(found.hits.size(), found.rescored);
    ASSERT_EQ(expected.hits.size(), found.hits.size());
    for (std::size_t i = 0; i < found.hits.size(); ++i) {
        EXPECT_EQ(expected.hits[i].slot, found.hits[i].slot) << "place " << i;
        EXPECT_EQ(expected.hits[i].number, found.hits[i].number) << "place " << i;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(expected.hits[i].score),
                  std::bit_cast<std::uint64_t>(found.hits[i].score))
            << "place " << i;
    }
}

class CollectionTest : public PacedCudaTest {
  public:
    static std::unique_ptr<CudaEngine> make_engine(const CollectionOptions& options) {
        auto made = CudaEngine::make(options);
        EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
        return made.ok() ? std::move(*made) : nullptr;
    }
    // The results of the engine, which are the reference's.
    static std::vector<SearchResult> expect_same(Tables& tables, const Question& question,
                                                 const RowMask& mask) {
        const std::vector<SearchQuery> queries = queries_of(question, mask);
        const auto found = tables.ours().view()->search(queries);
        const auto expected = tables.reference().view()->search(queries);
        EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.error().message);
        if (!found.ok()) return {};
        EXPECT_EQ(expected->size(), found->size());
        for (std::size_t q = 0; q < found->size(); ++q) {
            SCOPED_TRACE("query " + std::to_string(q));
            expect_same_hits(expected->at(q), found->at(q));
        }
        EXPECT_THAT(emulation::take_reports(), testing::IsEmpty());
        return *found;
    }
    static std::vector<SearchResult> expect_same(Tables& tables, const Question& question) {
        return expect_same(tables, question, tables.mask());
    }
};

}  // namespace qr::cuda
