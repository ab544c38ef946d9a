// What pack_rows writes, and that its bounds hold whatever the rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "tests/host/collection/engine/cpu/planes.h"

namespace qr::cpu {
namespace {

constexpr std::array kTypes = {Dtype::float32, Dtype::float16, Dtype::bfloat16, Dtype::int8};

std::vector<double> exact_row(const MatrixView& rows, std::size_t r, double scale) {
    std::vector<double> row;
    for (const float component : rows.row(r))
        row.push_back(scale * double{component});
    return row;
}

std::vector<double> difference(std::span<const double> a, std::span<const double> b) {
    std::vector<double> values;
    for (std::size_t i = 0; i < a.size(); ++i)
        values.push_back(a[i] - b[i]);
    return values;
}

// Rounding up costs less than a part in 2^30 of the norm.
void expect_sound(Dtype type, const MatrixView& rows) {
    const test::Block block(type, rows);
    for (std::size_t r = 0; r < rows.rows; ++r) {
        const std::vector<double> packed = block.row(r);
        const PackedRow& row = block.packed[r];
        const long double residual = test::norm(difference(exact_row(rows, r, row.scale), packed));
        const long double norm = test::norm(packed);
        EXPECT_GE(row.norm, norm) << info(type).name;
        EXPECT_LE(row.norm, norm * (1 + 0x1p-30L));
        EXPECT_GE(row.residual, residual) << info(type).name;
        EXPECT_LE(row.residual, residual + norm * 0x1p-30L);
    }
}

// Components whose rounding is a tie, the worst there is, beside others of every size.
test::Matrix hard_rows(test::Random& random, std::size_t rows, std::size_t dimension) {
    std::uniform_int_distribution<int> kind(0, 4);
    std::uniform_int_distribution<int> exponent(-140, 100);
    std::normal_distribution<float> number;
    test::Matrix matrix(rows, dimension);
    for (std::size_t r = 0; r < rows; ++r) {
        const int size = exponent(random);
        for (std::size_t i = 0; i < dimension; ++i) {
            const std::array values = {number(random), 1 + 0x1p-8F, 1 + 3 * 0x1p-11F,
                                       0x1p-30F * number(random), 63.5F / 127};
            matrix.at(r, i) = std::ldexp(values[static_cast<std::size_t>(kind(random))], size);
        }
    }
    return matrix;
}

TEST(PackRows, KeepsRowsOfFloat32AsTheyAre) {
    const test::Matrix rows = test::matrix_of({{1, -2, 0x1p-149F}, {3.0e38F, 0, 0.1F}});
    const test::Block block(Dtype::float32, rows.view());
    std::array<float, 3> row{};
    unpack_row(block.plane.data(), 1, row);
    EXPECT_EQ((std::array{3.0e38F, 0.0F, 0.1F}), row);
    unpack_row(block.plane.data(), 0, row);
    EXPECT_EQ((std::array{1.0F, -2.0F, 0x1p-149F}), row);
    EXPECT_EQ(1, block.packed[0].scale);
    EXPECT_EQ(0, block.packed[0].residual);
    EXPECT_NEAR(std::sqrt(5.0), block.packed[0].norm, 1e-9);
}

TEST(PackRows, RoundsBfloat16ToNearestEvenAfterAPowerOfTwo) {
    const test::Matrix rows = test::matrix_of({{12, 12 + 0x1p-5F, 12 + 3 * 0x1p-5F, -1}});
    const test::Block block(Dtype::bfloat16, rows.view());
    EXPECT_EQ(0x1p-3, block.packed[0].scale);
    EXPECT_EQ((std::vector{1.5, 1.5, 1.515625, -0.125}), block.row(0));
    EXPECT_NEAR(0x1p-8 * std::sqrt(2.0), block.packed[0].residual, 1e-9);
}

TEST(PackRows, BringsFloat16IntoItsRange) {
    const test::Matrix rows = test::matrix_of({{0x1p-20F, 0x1p-59F, -0x1p-58F, 3 * 0x1p-59F}});
    const test::Block block(Dtype::float16, rows.view());
    EXPECT_EQ(0x1p34, block.packed[0].scale);
    EXPECT_EQ((std::vector{0x1p14, 0.0, -0x1p-24, 0x1p-23}), block.row(0));
}

TEST(PackRows, CountsInt8InStepsOfTheLargestComponent) {
    const test::Matrix rows = test::matrix_of({{-4, 2, 4.0F / 127, 0, 1}});
    const test::Block block(Dtype::int8, rows.view());
    EXPECT_EQ(127.0 / 4, block.packed[0].scale);
    EXPECT_EQ((std::vector<double>{-127, 64, 1, 0, 32}), block.row(0));
}

TEST(PackRows, LeavesNoFloat16CloserToANumberThanItsOwn) {
    test::Random random(7);
    std::uniform_real_distribution<float> exponent(-16, 0);
    std::vector<double> halves;
    for (unsigned bits = 0; bits < 0x7C00; ++bits) {
        const std::array bytes = {static_cast<std::byte>(bits), static_cast<std::byte>(bits >> 8)};
        float half = 0;
        widen(Dtype::float16, bytes, {&half, 1});
        halves.push_back(double{half});
    }
    test::Matrix rows(1, 4096);
    rows.at(0, 0) = 1;
    for (std::size_t i = 1; i < rows.dimension(); ++i)
        rows.at(0, i) = std::exp2(2 * exponent(random));
    const test::Block block(Dtype::float16, rows.view());
    for (std::size_t i = 0; i < rows.dimension(); ++i) {
        const double exact = double{rows.at(0, i)} * 0x1p14;
        const auto above = std::lower_bound(halves.begin(), halves.end(), exact);
        const double nearest = std::min(*above - exact, exact - *std::prev(above));
        EXPECT_EQ(nearest, std::abs(block.row(0)[i] - exact)) << rows.at(0, i);
    }
}

TEST(PackRows, BoundsNormsAndResidualsOfRandomAndHardRows) {
    test::Random random(1);
    for (const Dtype type : kTypes) {
        for (const std::size_t dimension : {1U, 2U, 3U, 7U, 64U, 65U, 384U, 1001U}) {
            expect_sound(type, test::random_matrix(random, 32, dimension, 1).view());
            expect_sound(type, hard_rows(random, 32, dimension).view());
        }
    }
}

TEST(PackRows, BoundsRowsAtTheEndsOfFloat32) {
    const float largest = std::numeric_limits<float>::max();
    const test::Matrix rows =
        test::matrix_of({{largest, -largest, 1}, {0x1p-149F, 0, 0}, {0x1p-149F, 1, largest}});
    for (const Dtype type : kTypes)
        expect_sound(type, rows.view());
}

TEST(PackRows, LeavesOtherLanesAloneAndFillsGroupsWithZeros) {
    for (const Dtype type : kTypes) {
        for (const std::size_t dimension : {1U, 5U, 66U}) {
            const std::size_t padded = scan_groups(type, dimension) * scan_group(type);
            test::Matrix rows(3, dimension);
            for (std::size_t r = 0; r < 3; ++r)
                rows.at(r, 0) = 1;
            const test::Aligned plane(scan_plane_bytes(type, dimension), std::byte{0x11});
            std::array<PackedRow, 3> packed;
            pack_rows(type, rows.view(), 4, plane.data(), packed);
            const auto untouched =
                std::count(plane.data(), plane.data() + plane.size(), std::byte{0x11});
            EXPECT_EQ(plane.size() / kBlockRows * 29, static_cast<std::size_t>(untouched));
            for (std::size_t i = 1; i < padded; ++i)
                EXPECT_EQ(0, test::number_at(type, plane.data(), 5, i));
        }
    }
}

}  // namespace
}  // namespace qr::cpu
