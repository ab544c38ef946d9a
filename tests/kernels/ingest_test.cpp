#include "kernels/ingest.h"

#include <algorithm>
#include <numeric>

#include "kernels/encode.h"
#include "tests/kernels/segmented_fixture.h"

namespace qr::device {
namespace {

constexpr Storage kStorages[] = {Storage::float32, Storage::float16, Storage::bfloat16};

// What encode() makes of the rows: numbers of 16 bits, and residuals.
struct Encoded {
    std::vector<short> numbers;
    std::vector<float> residuals;
};

class Ingest : public KernelTest {
  protected:
    // Every slot once, none in its place.
    std::vector<unsigned> shuffled(std::size_t count) {
        std::vector<unsigned> slots(count);
        std::iota(slots.begin(), slots.end(), 0U);
        std::shuffle(slots.begin(), slots.end(), random_);
        return slots;
    }
    Encoded encoded(const Matrix& rows, Storage storage) {
        const DeviceArray<float> values(shifted(rows, 0));
        const auto numbers = unwritten<short>(rows.rows() * rows.dimension());
        const auto norms2 = unwritten<double>(rows.rows());
        const auto residuals = unwritten<float>(rows.rows());
        const DeviceArray<unsigned> bad({kNoBadRow});
        EXPECT_EQ(cudaSuccess, encode({.rows = values.data(),
                                       .encoded = numbers.data(),
                                       .norms2 = norms2.data(),
                                       .residuals = residuals.data(),
                                       .first_bad_row = bad.data(),
                                       .row_count = static_cast<unsigned>(rows.rows()),
                                       .dimension = static_cast<unsigned>(rows.dimension())},
                                      storage, stream_));
        finish();
        return {numbers.values(), residuals.values()};
    }
    void expect_stored(const Matrix& rows, Storage storage, Storage scan);
};

void Ingest::expect_stored(const Matrix& rows, Storage storage, Storage scan) {
    const std::vector<unsigned> slots = shuffled(rows.rows());
    DeviceTable table(rows.rows(), rows.dimension(), storage, scan);
    EXPECT_EQ(cudaSuccess, table.add(rows, slots, stream_));
    finish();
    float longest = 0;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        const std::span<const float> row = rows.view().row(r);
        const std::vector<float> found = table.truth_rows().row(slots[r]);
        EXPECT_TRUE(std::ranges::equal(row, found)) << "row " << r;
        const auto length = static_cast<float>(std::sqrt(inner_product(row, row)));
        EXPECT_EQ(length, table.scanned.length(slots[r]));
        longest = std::max(longest, length);
    }
    EXPECT_LE(longest, table.extremes.values()[1]);
    EXPECT_GE(std::nextafter(longest, 2 * longest), table.extremes.values()[1]);
}

TEST_P(Ingest, KeepsRowsAndLengthsInTheirSlots) {
    for (const Storage storage : kStorages) {
        for (const Storage scan : kStorages) {
            for (const std::size_t dimension : {1U, 31U, 32U, 100U})
                expect_stored(stored_as(random_rows(70, dimension), storage), storage, scan);
        }
    }
}

TEST_P(Ingest, GivesUnitRowsTheBitsAndTheResidualOfEncode) {
    const Matrix rows = random_rows(40, 50);
    for (const Storage scan : {Storage::float16, Storage::bfloat16}) {
        DeviceTable table(40, 50, Storage::float32, scan);
        const std::vector<unsigned> slots = shuffled(40);
        EXPECT_EQ(cudaSuccess, table.add(rows, slots, stream_));
        const Encoded expected = encoded(rows, scan);
        for (unsigned r = 0; r < 40; ++r) {
            const std::vector<float> row = table.scanned.row(slots[r]);
            for (std::size_t i = 0; i < 50; ++i) {
                const auto bits = static_cast<unsigned short>(expected.numbers[r * 50 + i]);
                const float number = scan == Storage::float16
                                         ? __half2float(std::bit_cast<__half>(bits))
                                         : __bfloat162float(std::bit_cast<__nv_bfloat16>(bits));
                ASSERT_EQ(number, row[i]) << "row " << r << " component " << i;
            }
        }
        EXPECT_EQ(std::ranges::max(expected.residuals), table.extremes.values()[0]);
    }
}

TEST_P(Ingest, HasNoResidualWhereTheTruthIsScanned) {
    DeviceTable table(9, 20, Storage::float16, Storage::float16);
    const std::vector<unsigned> slots = shuffled(9);
    EXPECT_EQ(cudaSuccess,
              table.add(stored_as(random_rows(9, 20), Storage::float16), slots, stream_));
    EXPECT_EQ(0, table.extremes.values()[0]);
}

TEST_P(Ingest, GivesNoLengthToRowsThatFloat32CouldNotFollow) {
    DeviceTable table(8, 2, Storage::float32, Storage::float16);
    const Matrix rows = test::matrix_of({{0x1p-61F, 0},
                                         {0x1p-60F, 0},
                                         {0, 0x1p60F},
                                         {0x1p60F, 0x1p60F},
                                         {0x1p-149F, 0},
                                         {0x1.fffffep127F, 0x1.fffffep127F}});
    EXPECT_EQ(cudaSuccess, table.add(rows, {0, 1, 2, 3, 4, 5}, stream_));
    std::vector<float> lengths;
    for (unsigned r = 0; r < 6; ++r)
        lengths.push_back(table.scanned.length(r));
    EXPECT_THAT(lengths,
                testing::ElementsAre(INFINITY, 0x1p-60F, 0x1p60F, INFINITY, INFINITY, INFINITY));
    EXPECT_EQ(0x1p60F, table.extremes.values()[1]);
}

TEST_P(Ingest, OnlyEverRaisesTheExtremes) {
    DeviceTable table(2, 1, Storage::float32, Storage::float16);
    EXPECT_EQ(cudaSuccess, table.add(test::matrix_of({{5}}), {0}, stream_));
    EXPECT_EQ(cudaSuccess, table.add(test::matrix_of({{2}}), {1}, stream_));
    EXPECT_EQ(5, table.extremes.values()[1]);
}

TEST_P(Ingest, RefusesARowThatIsScannedAsItIsInAnotherType) {
    IngestTask task{.row_count = 1, .dimension = 1, .kind = ScanKind::same_rows};
    EXPECT_EQ(cudaErrorInvalidValue, ingest(task, Storage::float32, Storage::float16, stream_));
    task.row_count = 0;
    EXPECT_EQ(cudaSuccess, ingest(task, Storage::float32, Storage::float16, stream_));
}

IN_EVERY_ORDER(Ingest);

}  // namespace
}  // namespace qr::device
