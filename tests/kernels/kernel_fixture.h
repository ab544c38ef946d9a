// The fixture of the kernels' tests: an emulated device that runs threads in the parameter's order,
// rows of every kind, and the sums that kernels/math/lanes.h gives for them.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "kernels/math/lanes.h"
#include "kernels/pair_batch.h"
#include "tests/host/backend/vectors.h"
#include "tests/kernels/emulation/device_fixture.h"

namespace qr::device {

using emulation::DeviceArray;
using test::bits_of;
using test::Matrix;

class KernelTest : public emulation::DeviceTest, public testing::WithParamInterface<unsigned> {
  protected:
    KernelTest() {
        emulation::Settings settings = emulation::settings_from_environment();
        settings.order = GetParam();
        settings.workers = 1 + GetParam() % 2;
        settings.protects_memory = GetParam() == 1;
        // Then a result that nobody waited for is not there.
        if (GetParam() == 3) settings.progress = emulation::Progress::kOnWait;
        emulation::reset(settings);
    }
    void finish() {
        EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
        EXPECT_THAT(emulation::take_reports(), testing::IsEmpty());
    }
    Matrix random_rows(std::size_t rows, std::size_t dimension) {
        return test::random_matrix(random_, rows, dimension);
    }

    const unsigned seed_ = std::random_device{}();
    test::Random random_{seed_};
    const testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
};

#define IN_EVERY_ORDER(suite) \
    INSTANTIATE_TEST_SUITE_P(Orders, suite, testing::Values(0U, 1U, 2U, 3U))

// Denormal, huge and cancelling components beside ordinary ones.
inline Matrix extreme_rows(std::size_t rows, std::size_t dimension) {
    const std::array<float, 8> values = {0x1p-149F,  -0x1.fffffep127F, 1.0F,     -0x1p-126F,
                                         0x1.8p100F, -0x1.8p100F,      0x1p-60F, 0x1.fffffep127F};
    Matrix matrix(rows, dimension);
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t i = 0; i < dimension; ++i)
            matrix.at(r, i) = values[(i * (r + 1) + i / 7 + r) % values.size()];
    }
    return matrix;
}

inline double inner_product(std::span<const float> left, std::span<const float> right) {
    std::array<double, math::kLanes> lanes{};
    for (std::size_t i = 0; i < left.size(); ++i)
        lanes[i % math::kLanes] += static_cast<double>(left[i]) * static_cast<double>(right[i]);
    return math::sum_lanes(lanes);
}

// [left.rows, right.rows]
inline std::vector<double> inner_products(const Matrix& left, const Matrix& right) {
    std::vector<double> products;
    for (std::size_t l = 0; l < left.rows(); ++l) {
        for (std::size_t r = 0; r < right.rows(); ++r)
            products.push_back(inner_product(left.view().row(l), right.view().row(r)));
    }
    return products;
}

inline std::vector<double> squared_norms(const Matrix& rows) {
    std::vector<double> norms2;
    for (std::size_t r = 0; r < rows.rows(); ++r)
        norms2.push_back(inner_product(rows.view().row(r), rows.view().row(r)));
    return norms2;
}

// The rows of a matrix, `shift` floats behind an aligned address.
inline std::vector<float> shifted(const Matrix& rows, std::size_t shift) {
    const MatrixView view = rows.view();
    std::vector<float> values(shift, 0.0F);
    values.insert(values.end(), view.data, view.data + view.rows * view.dimension);
    return values;
}

// Uninitialised but for a value that no kernel writes.
template <class T>
DeviceArray<T> unwritten(std::size_t count) {
    return DeviceArray<T>(std::vector<T>(count, static_cast<T>(-7)));
}

// A task and its memory on the device.
class DevicePairs {
  public:
    DevicePairs(const Matrix& queries, const Matrix& documents, std::size_t shift = 0)
        : shift_(shift),
          dimension_(queries.dimension()),
          queries_(shifted(queries, shift)),
          documents_(shifted(documents, shift)),
          query_norms2_(std::vector<double>(queries.rows(), -1)),
          document_norms2_(std::vector<double>(documents.rows(), -1)),
          pairs_(std::vector<double>(queries.rows() * documents.rows(), -1)),
          first_bad_row_({kNoBadRow}),
          query_count_(queries.rows()),
          document_count_(documents.rows()) {}

    PairTask task() const {
        return {.queries = queries_.data() + shift_,
                .documents = documents_.data() + shift_,
                .query_norms2 = query_norms2_.data(),
                .document_norms2 = document_norms2_.data(),
                .pairs = pairs_.data(),
                .first_bad_row = first_bad_row_.data(),
                .query_count = static_cast<unsigned>(query_count_),
                .document_count = static_cast<unsigned>(document_count_),
                .dimension = static_cast<unsigned>(dimension_)};
    }
    std::vector<double> query_norms2() const { return query_norms2_.values(); }
    std::vector<double> document_norms2() const { return document_norms2_.values(); }
    std::vector<double> pairs() const { return pairs_.values(); }
    unsigned first_bad_row() const { return first_bad_row_.values().front(); }

  private:
    std::size_t shift_, dimension_;
    DeviceArray<float> queries_, documents_;
    DeviceArray<double> query_norms2_, document_norms2_, pairs_;
    DeviceArray<unsigned> first_bad_row_;
    std::size_t query_count_, document_count_;
};

// Tasks on the device, planned as one batch.
class DeviceBatch {
  public:
    explicit DeviceBatch(const std::vector<const DevicePairs*>& pairs,
                         std::size_t strip_pairs_min = kStripPairsMin) {
        std::vector<PairTask> tasks;
        for (const DevicePairs* const one : pairs)
            tasks.push_back(one->task());
        batch_ = plan(tasks, strip_pairs_min);
        tasks_ = std::make_unique<DeviceArray<PairTask>>(tasks);
        table_ = std::make_unique<DeviceArray<PairTable>>(
            std::vector<PairTable>{{.tasks = tasks_->data(),
                                    .task_count = batch_.task_count,
                                    .overlap_blocks = static_cast<unsigned>(batch_.overlap_blocks),
                                    .strip_blocks = static_cast<unsigned>(batch_.strip_blocks)}});
        batch_.table = table_->data();
    }
    const PairBatch& batch() const { return batch_; }

  private:
    std::unique_ptr<DeviceArray<PairTask>> tasks_;
    std::unique_ptr<DeviceArray<PairTable>> table_;
    PairBatch batch_;
};

}  // namespace qr::device
