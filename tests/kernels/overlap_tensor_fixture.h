// Overlaps by tensor cores and their peaks, held to what kernels/overlap_tensor.h promises.
#pragma once

#include <algorithm>

#include "kernels/overlap_tensor.h"
#include "tests/kernels/encoded_rows.h"

namespace qr::device {

// What overlap_tensor() gives.
struct TensorOverlaps {
    std::vector<float> overlaps;  // [query, row]
    std::vector<float> peaks;     // [query, stretch]
};

class OverlapTensorTest : public KernelTest {
  protected:
    TensorOverlaps find(const StoredRows& queries, const StoredRows& rows,
                        Rank rank = Rank::by_score) {
        const std::size_t pairs = std::size_t{queries.rows()} * rows.rows();
        const auto overlaps = unwritten<float>(pairs);
        const auto peaks = unwritten<float>(queries.rows() * peaks_of(rows.rows()));
        const MatrixTask task{.queries = queries.data(),
                              .rows = rows.data(),
                              .overlaps = overlaps.data(),
                              .query_count = queries.rows(),
                              .row_count = rows.rows(),
                              .dimension = queries.dimension(),
                              .storage = queries.storage()};
        EXPECT_EQ(cudaSuccess,
                  overlap_tensor(task, {.peaks = peaks.data(), .rank = rank}, stream_));
        finish();
        return {overlaps.values(), peaks.values()};
    }
    // Within the bound, and the peaks those of the overlaps that were found.
    void expect_right(const Matrix& queries, const Matrix& rows, Storage storage,
                      Rank rank = Rank::by_score) {
        SCOPED_TRACE(std::to_string(queries.rows()) + " x " + std::to_string(rows.rows()) + " x " +
                     std::to_string(rows.dimension()));
        const StoredRows stored_queries(queries, storage), stored(rows, storage);
        const TensorOverlaps found = find(stored_queries, stored, rank);
        for (unsigned q = 0; q < queries.rows(); ++q) {
            std::vector<float> peaks(peaks_of(rows.rows()), -INFINITY);
            for (unsigned r = 0; r < rows.rows(); ++r) {
                const float overlap = found.overlaps[q * rows.rows() + r];
                const double exact = inner_product(stored_queries.row(q), stored.row(r));
                ASSERT_GE(accumulation_error(rows.dimension()), std::abs(exact - double{overlap}))
                    << "query " << q << ", row " << r;
                float& peak = peaks[r / kPeakColumns];
                peak = std::max(peak, rank == Rank::by_magnitude ? std::abs(overlap) : overlap);
            }
            const auto begin = found.peaks.begin() + static_cast<std::ptrdiff_t>(q * peaks.size());
            ASSERT_EQ(peaks, std::vector<float>(begin, begin + std::ssize(peaks)));
        }
    }
};

}  // namespace qr::device
