// Overlap matrices of stored rows, held to what kernels/overlap_matrix.h promises.
#pragma once

#include "kernels/overlap_matrix.h"
#include "tests/kernels/encoded_rows.h"

namespace qr::device {

class OverlapMatrixTest : public KernelTest {
  protected:
    std::vector<float> overlaps(const StoredRows& queries, const StoredRows& rows) {
        const auto found = unwritten<float>(std::size_t{queries.rows()} * rows.rows());
        EXPECT_EQ(cudaSuccess, overlap_matrix({.queries = queries.data(),
                                               .rows = rows.data(),
                                               .overlaps = found.data(),
                                               .query_count = queries.rows(),
                                               .row_count = rows.rows(),
                                               .dimension = queries.dimension(),
                                               .storage = queries.storage()},
                                              stream_));
        finish();
        return found.values();
    }
    // The chain of multiply-adds that the header promises.
    static float chained(const std::vector<float>& left, const std::vector<float>& right) {
        float sum = 0;
        for (std::size_t i = 0; i < left.size(); ++i)
            sum = std::fma(left[i], right[i], sum);
        return sum;
    }
    static void expect_chains(const StoredRows& queries, const StoredRows& rows,
                              const std::vector<float>& found) {
        for (unsigned q = 0; q < queries.rows(); ++q) {
            for (unsigned r = 0; r < rows.rows(); ++r) {
                ASSERT_EQ(chained(queries.row(q), rows.row(r)), found[q * rows.rows() + r])
                    << "query " << q << ", row " << r;
            }
        }
    }
    void expect_chains_within_the_bound(const Matrix& queries, const Matrix& rows, Storage storage,
                                        std::size_t shift = 0) {
        SCOPED_TRACE(std::to_string(queries.rows()) + " x " + std::to_string(rows.rows()) + " x " +
                     std::to_string(rows.dimension()));
        const StoredRows stored_queries(queries, storage, shift), stored(rows, storage, shift);
        const std::vector<float> found = overlaps(stored_queries, stored);
        expect_chains(stored_queries, stored, found);
        for (unsigned q = 0; q < queries.rows(); ++q) {
            for (unsigned r = 0; r < rows.rows(); ++r) {
                const double exact = inner_product(stored_queries.row(q), stored.row(r));
                EXPECT_GE(accumulation_error(rows.dimension()),
                          std::abs(exact - double{found[q * rows.rows() + r]}));
            }
        }
    }
};

}  // namespace qr::device
