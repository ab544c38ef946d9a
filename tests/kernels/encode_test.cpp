#include "kernels/encode.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <cstring>
#include <limits>

#include "tests/kernels/kernel_fixture.h"

namespace qr::device {
namespace {

// What encode() promises, row by row, on the host.
struct Encoded {
    std::vector<std::byte> stored;
    std::vector<double> norms2;
    std::vector<float> residuals;
    unsigned first_bad_row = kNoBadRow;
};

template <class Stored>
Stored stored_as(float amplitude);
template <>
float stored_as(float amplitude) {
    return amplitude;
}
template <>
__half stored_as(float amplitude) {
    return __float2half_rn(amplitude);
}
template <>
__nv_bfloat16 stored_as(float amplitude) {
    return __float2bfloat16_rn(amplitude);
}
double widened(float stored) {
    return stored;
}
double widened(__half stored) {
    return __half2float(stored);
}
double widened(__nv_bfloat16 stored) {
    return __bfloat162float(stored);
}

float rounded_up(double value) {
    const float nearest = static_cast<float>(value);
    return nearest < value ? std::nextafter(nearest, std::numeric_limits<float>::infinity())
                           : nearest;
}

template <class Stored>
Encoded encoded_by_the_host(const Matrix& rows) {
    Encoded expected;
    expected.norms2 = squared_norms(rows);
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        const double scale = 1.0 / std::sqrt(expected.norms2[r]);
        std::array<double, math::kLanes> lost{};
        for (std::size_t i = 0; i < rows.dimension(); ++i) {
            const double amplitude = static_cast<double>(rows.view().row(r)[i]) * scale;
            const Stored stored = stored_as<Stored>(static_cast<float>(amplitude));
            const double residual = amplitude - widened(stored);
            double& lane = lost[i % math::kLanes];
            lane = std::fma(residual, residual, lane);
            const auto* const bytes = reinterpret_cast<const std::byte*>(&stored);
            expected.stored.insert(expected.stored.end(), bytes, bytes + sizeof stored);
        }
        expected.residuals.push_back(rounded_up(std::sqrt(math::sum_lanes(lost))));
    }
    return expected;
}

class Encode : public KernelTest {
  protected:
    // `shift` numbers behind an aligned address, on both sides.
    Encoded encoded(const Matrix& rows, Storage storage, std::size_t shift = 0) {
        const std::size_t width = storage == Storage::float32 ? 4 : 2;
        const std::size_t bytes = rows.rows() * rows.dimension() * width;
        const DeviceArray<float> input(shifted(rows, shift));
        const DeviceArray<std::byte> output(
            std::vector<std::byte>(bytes + shift * width, std::byte{0xEE}));
        const DeviceArray<double> norms2(std::vector<double>(rows.rows(), -1));
        const DeviceArray<float> residuals(std::vector<float>(rows.rows(), -1));
        const DeviceArray<unsigned> first_bad_row({kNoBadRow});
        EXPECT_EQ(cudaSuccess, encode({.rows = input.data() + shift,
                                       .encoded = output.data() + shift * width,
                                       .norms2 = norms2.data(),
                                       .residuals = residuals.data(),
                                       .first_bad_row = first_bad_row.data(),
                                       .row_count = static_cast<unsigned>(rows.rows()),
                                       .dimension = static_cast<unsigned>(rows.dimension())},
                                      storage, stream_));
        finish();
        std::vector<std::byte> stored = output.values();
        stored.erase(stored.begin(), stored.end() - static_cast<std::ptrdiff_t>(bytes));
        return {stored, norms2.values(), residuals.values(), first_bad_row.values().front()};
    }
    std::vector<std::uint16_t> halves(const Matrix& rows, Storage storage) {
        const Encoded found = encoded(rows, storage);
        std::vector<std::uint16_t> bits(found.stored.size() / 2);
        std::memcpy(bits.data(), found.stored.data(), found.stored.size());
        return bits;
    }
    static void expect_equal(const Encoded& expected, const Encoded& found) {
        EXPECT_EQ(expected.stored, found.stored);
        EXPECT_EQ(bits_of(expected.norms2), bits_of(found.norms2));
        EXPECT_EQ(expected.residuals, found.residuals);
        EXPECT_EQ(expected.first_bad_row, found.first_bad_row);
    }
    void expect_what_the_host_gives(const Matrix& rows, std::size_t shift = 0) {
        SCOPED_TRACE("dimension " + std::to_string(rows.dimension()));
        expect_equal(encoded_by_the_host<float>(rows), encoded(rows, Storage::float32, shift));
        expect_equal(encoded_by_the_host<__half>(rows), encoded(rows, Storage::float16, shift));
        expect_equal(encoded_by_the_host<__nv_bfloat16>(rows),
                     encoded(rows, Storage::bfloat16, shift));
    }
};

TEST_P(Encode, StoresTheUnitVectorInEveryFormat) {
    const Matrix rows = test::matrix_of({{3, 4}, {0, -2}});
    EXPECT_THAT(halves(rows, Storage::float16),
                testing::ElementsAre(0x38CD, 0x3A66, 0x0000, 0xBC00));
    EXPECT_THAT(halves(rows, Storage::bfloat16),
                testing::ElementsAre(0x3F1A, 0x3F4D, 0x0000, 0xBF80));
    const Encoded found = encoded(rows, Storage::float32);
    std::vector<float> amplitudes(4);
    std::memcpy(amplitudes.data(), found.stored.data(), found.stored.size());
    EXPECT_THAT(amplitudes, testing::ElementsAre(0.6F, 0.8F, 0.0F, -1.0F));
    EXPECT_THAT(found.norms2, testing::ElementsAre(25, 4));
}

TEST_P(Encode, TellsWhatTheFormatLoses) {
    // 0.6 is stored as 0.60009765625, 0.8 as 0.7998046875.
    const Encoded found = encoded(test::matrix_of({{3, 4}, {0, -2}}), Storage::float16);
    EXPECT_NEAR(std::hypot(0.00009765625, 0.0001953125), found.residuals[0], 1e-10);
    EXPECT_EQ(0.0F, found.residuals[1]);
}

TEST_P(Encode, HasTheBitsOfTheHostInAnyDimension) {
    for (const std::size_t dimension : {1U, 2U, 31U, 32U, 33U, 64U, 100U, 384U, 1000U})
        expect_what_the_host_gives(random_rows(3, dimension));
}

TEST_P(Encode, TakesRowsThatStartAnywhereAndDoNotFillABlock) {
    expect_what_the_host_gives(random_rows(17, 36), 1);
    expect_what_the_host_gives(random_rows(33, 36), 4);
}

TEST_P(Encode, TakesComponentsOfAnySize) {
    expect_what_the_host_gives(extreme_rows(5, 70));
    Matrix tiny(1, 40);
    tiny.at(0, 3) = 0x1p-149F;
    expect_what_the_host_gives(tiny);
}

TEST_P(Encode, NamesTheFirstBadRowAndWritesNothingForIt) {
    Matrix rows = random_rows(40, 33);
    for (const std::size_t row : {18U, 19U, 39U})
        rows.at(row, 32) = std::numeric_limits<float>::quiet_NaN();
    for (std::size_t i = 0; i < 33; ++i)
        rows.at(21, i) = 0;
    const Encoded found = encoded(rows, Storage::float16);
    EXPECT_EQ(18U, found.first_bad_row);
    for (std::size_t i = 18 * 66; i < 20 * 66; ++i)
        EXPECT_EQ(std::byte{0xEE}, found.stored[i]);
    EXPECT_NE(std::byte{0xEE}, found.stored[20 * 66]);
    EXPECT_EQ(std::byte{0xEE}, found.stored[21 * 66]);
}

TEST_P(Encode, OfNothingSucceeds) {
    EXPECT_EQ(cudaSuccess, encode({}, Storage::float16, stream_));
}

IN_EVERY_ORDER(Encode);

}  // namespace
}  // namespace qr::device
