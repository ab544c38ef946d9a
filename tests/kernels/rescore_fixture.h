// Listed rows scored once more, held to the sums of kernels/math/lanes.h.
#pragma once

#include "kernels/rescore.h"
#include "tests/kernels/kernel_fixture.h"

namespace qr::device {

struct Rescored {
    std::vector<double> query_norms2, row_norms2, dots;
};

class RescoreTest : public KernelTest {
  protected:
    Rescored rescored(const Matrix& queries, const Matrix& rows, const std::vector<unsigned>& ids,
                      std::size_t shift = 0) {
        const DeviceArray<float> query_memory(shifted(queries, shift)),
            row_memory(shifted(rows, shift));
        const DeviceArray<unsigned> id_memory(ids);
        const auto query_norms2 = unwritten<double>(queries.rows());
        const auto row_norms2 = unwritten<double>(ids.size());
        const auto dots = unwritten<double>(ids.size());
        EXPECT_EQ(cudaSuccess,
                  rescore({.queries = query_memory.data() + shift,
                           .rows = row_memory.data() + shift,
                           .ids = id_memory.data(),
                           .query_norms2 = query_norms2.data(),
                           .row_norms2 = row_norms2.data(),
                           .dots = dots.data(),
                           .query_count = static_cast<unsigned>(queries.rows()),
                           .row_count = static_cast<unsigned>(rows.rows()),
                           .id_count = static_cast<unsigned>(ids.size() / queries.rows()),
                           .dimension = static_cast<unsigned>(queries.dimension())},
                          stream_));
        finish();
        return {query_norms2.values(), row_norms2.values(), dots.values()};
    }
    void expect_the_sums(const Matrix& queries, const Matrix& rows, std::size_t id_count,
                         std::size_t shift = 0) {
        SCOPED_TRACE(std::to_string(queries.rows()) + " x " + std::to_string(id_count) + " x " +
                     std::to_string(rows.dimension()));
        std::vector<unsigned> ids;
        Rescored expected{squared_norms(queries), {}, {}};
        const std::vector<double> norms2 = squared_norms(rows);
        for (std::size_t i = 0; i < queries.rows() * id_count; ++i) {
            ids.push_back(static_cast<unsigned>(random_() % rows.rows()));
            expected.row_norms2.push_back(norms2[ids.back()]);
            expected.dots.push_back(
                inner_product(queries.view().row(i / id_count), rows.view().row(ids.back())));
        }
        const Rescored found = rescored(queries, rows, ids, shift);
        EXPECT_EQ(bits_of(expected.query_norms2), bits_of(found.query_norms2));
        EXPECT_EQ(bits_of(expected.row_norms2), bits_of(found.row_norms2));
        EXPECT_EQ(bits_of(expected.dots), bits_of(found.dots));
    }
};

}  // namespace qr::device
