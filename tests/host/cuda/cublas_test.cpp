#include "host/cuda/cublas.h"

#include "kernels/math/amplitude.h"
#include "tests/kernels/encoded_rows.h"

#if __has_include(<cublas_api.h>)
#include <cublas_api.h>
#endif

namespace qr::cuda {
namespace {

using device::Storage;
using device::StoredRows;
using emulation::DeviceArray;
using test::Matrix;

#if __has_include(<cublas_api.h>)
template <class Ours, class Theirs>
constexpr bool is_same(Ours ours, Theirs theirs) {
    return static_cast<int>(ours) == static_cast<int>(theirs);
}
static_assert(is_same(cublas::Status::alloc_failed, CUBLAS_STATUS_ALLOC_FAILED) &&
              is_same(cublas::Status::invalid_value, CUBLAS_STATUS_INVALID_VALUE) &&
              is_same(cublas::Status::not_supported, CUBLAS_STATUS_NOT_SUPPORTED) &&
              is_same(cublas::Operation::transposed, CUBLAS_OP_T) &&
              is_same(cublas::Compute::float32, CUBLAS_COMPUTE_32F) &&
              is_same(cublas::Compute::float32_pedantic, CUBLAS_COMPUTE_32F_PEDANTIC) &&
              is_same(cublas::Math::sums_in_float32,
                      CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION) &&
              is_same(cublas::Algorithm::automatic, CUBLAS_GEMM_DEFAULT));
#endif

class CublasTest : public emulation::DeviceTest {
  protected:
    Result<Cublas> open(const std::string& file, std::size_t workspace_bytes = 1024) {
        return Cublas::open({.file = file,
                             .stream = stream_,
                             .workspace = workspace_.data(),
                             .workspace_bytes = workspace_bytes});
    }
    void expect_overlaps(Storage storage, std::size_t queries, std::size_t rows,
                         std::size_t dimension) {
        const StoredRows left(test::random_matrix(random_, queries, dimension), storage);
        const StoredRows right(test::random_matrix(random_, rows, dimension), storage);
        const DeviceArray<float> found(std::vector<float>(queries * rows, -7));
        Result<Cublas> library = open(QR_STAND_IN_CUBLAS);
        ASSERT_TRUE(library.ok()) << library.error().message;
        const Result<void> done = library->overlap_matrix({.queries = left.data(),
                                                           .rows = right.data(),
                                                           .overlaps = found.data(),
                                                           .query_count = left.rows(),
                                                           .row_count = right.rows(),
                                                           .dimension = left.dimension(),
                                                           .storage = storage});
        ASSERT_TRUE(done.ok()) << done.error().message;
        const std::vector<float> overlaps = found.values();
        for (std::size_t q = 0; q < queries; ++q) {
            for (std::size_t r = 0; r < rows; ++r)
                EXPECT_NEAR(device::inner_product(left.row(q), right.row(r)),
                            overlaps[q * rows + r], device::accumulation_error(dimension));
        }
    }

    const unsigned seed_ = std::random_device{}();
    test::Random random_{seed_};
    const testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
    const DeviceArray<char> workspace_{std::vector<char>(1024)};
};

TEST_F(CublasTest, GivesEachQueryAgainstEachRowInEveryStorage) {
    for (const Storage storage : {Storage::float32, Storage::float16, Storage::bfloat16}) {
        expect_overlaps(storage, 1, 1, 1);
        expect_overlaps(storage, 3, 5, 7);
        expect_overlaps(storage, 5, 2, 96);
    }
}

TEST_F(CublasTest, IsUnavailableWhereItsLibraryIsMissing) {
    const Result<Cublas> library = open("libcublas.so.of-nobody");
    ASSERT_FALSE(library.ok());
    EXPECT_EQ(Code::unavailable, library.error().code);
    EXPECT_THAT(library.error().message,
                testing::StartsWith("cuBLAS cannot be opened: libcublas.so.of-nobody"));
}

TEST_F(CublasTest, IsUnavailableWhereALibraryLacksAFunction) {
    const Result<Cublas> library = open("libm.so.6");
    ASSERT_FALSE(library.ok());
    EXPECT_EQ(Code::unavailable, library.error().code);
    EXPECT_EQ("libm.so.6 is not the cuBLAS that is wanted: it has no cublasCreate_v2",
              library.error().message);
}

TEST_F(CublasTest, NamesTheCallThatFails) {
    const Result<Cublas> library = open(QR_STAND_IN_CUBLAS, 13);
    ASSERT_FALSE(library.ok());
    EXPECT_EQ(Code::out_of_memory, library.error().code);
    EXPECT_EQ("cublasSetWorkspace: CUBLAS_STATUS_ALLOC_FAILED (3)", library.error().message);
}

TEST_F(CublasTest, RefusesWhatItsIntegersDoNotHold) {
    Result<Cublas> library = open(QR_STAND_IN_CUBLAS);
    ASSERT_TRUE(library.ok());
    const Result<void> done =
        library->overlap_matrix({.query_count = 1, .row_count = 1U << 31, .dimension = 8});
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(Code::internal, done.error().code);
    EXPECT_EQ("overlap matrix: 1 x 2147483648, allowed are 2^31 - 1 each", done.error().message);
}

TEST_F(CublasTest, HasNothingToDoForNoRows) {
    Result<Cublas> library = open(QR_STAND_IN_CUBLAS);
    ASSERT_TRUE(library.ok());
    EXPECT_TRUE(library->overlap_matrix({.query_count = 3, .dimension = 8}).ok());
}

}  // namespace
}  // namespace qr::cuda
