// What every registered backend promises of its scores. Backends come from the registry unasked;
// one that this machine cannot run is skipped with its reason.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <string>

#include "tests/host/backend/contract.h"

namespace qr::test {
namespace {

using scoring::Method;

// 1..70 covers every tail of a 32-lane group twice; the rest are the sizes of real embeddings and
// both ends of the range.
std::vector<std::size_t> dimensions() {
    std::vector<std::size_t> all;
    for (std::size_t d = 1; d <= 70; ++d)
        all.push_back(d);
    for (const std::size_t d : {127U, 128U, 129U, 384U, 768U, 1000U, 1024U, 65536U})
        all.push_back(d);
    return all;
}

using BackendContract = Contract;
REGISTERED_BACKENDS(BackendContract);

TEST_P(BackendContract, AStateAgainstItselfScoresExactlyOne) {
    for (const std::size_t d : dimensions()) {
        const Matrix x = random_matrix(random_, 1, d);
        for (const auto& method : scoring::kMethods) {
            if (method.method == Method::dot) continue;
            EXPECT_EQ(std::vector{1.0}, values(x, x, method.method)) << method.name << " d=" << d;
        }
    }
}

TEST_P(BackendContract, OrthogonalStatesScoreExactlyZeroAndTheSignedOneAQuarter) {
    for (const std::size_t d : {2U, 33U, 768U, 65536U}) {
        Matrix x(1, d);
        Matrix y(1, d);
        x.at(0, 0) = 3.0F;
        y.at(0, d - 1) = -0.7F;
        EXPECT_EQ(std::vector{0.25}, values(x, y, Method::signed_fidelity)) << d;
        for (const Method method :
             {Method::fidelity, Method::bures_angle, Method::cosine, Method::dot})
            EXPECT_EQ(std::vector{0.0}, values(x, y, method)) << scoring::info(method).name;
    }
}

TEST_P(BackendContract, AnAntipodeScoresAsItsMethodSays) {
    const Matrix x = matrix_of({{1, 2, -3}});
    const Matrix minus_x = matrix_of({{-1, -2, 3}});
    EXPECT_EQ(std::vector{0.0}, values(x, minus_x, Method::signed_fidelity));
    EXPECT_EQ(std::vector{1.0}, values(x, minus_x, Method::fidelity));
    EXPECT_EQ(std::vector{1.0}, values(x, minus_x, Method::bures_angle));
    EXPECT_EQ(std::vector{-1.0}, values(x, minus_x, Method::cosine));
    EXPECT_EQ(std::vector{-14.0}, values(x, minus_x, Method::dot));
}

TEST_P(BackendContract, OneAmplitudeHasFidelityOne) {
    const Matrix q = matrix_of({{2}});
    const Matrix d = matrix_of({{-0.5}, {7}});
    EXPECT_EQ((std::vector{1.0, 1.0}), values(q, d, Method::fidelity));
    EXPECT_EQ((std::vector{-1.0, 1.0}), values(q, d, Method::cosine));
    EXPECT_EQ((std::vector{-1.0, 14.0}), values(q, d, Method::dot));
}

TEST_P(BackendContract, SwappingQueryAndDocumentChangesNoBit) {
    for (const std::size_t d : {1U, 5U, 64U, 100U, 768U}) {
        const Matrix x = random_matrix(random_, 1, d);
        const Matrix y = random_matrix(random_, 1, d);
        for (const auto& method : scoring::kMethods)
            EXPECT_EQ(bits(x, y, method.method), bits(y, x, method.method)) << method.name;
    }
}

TEST_P(BackendContract, EveryScoreIsWithinTheRangeOfItsMethod) {
    for (const std::size_t d : {1U, 2U, 3U, 40U, 768U}) {
        const Matrix q = random_matrix(random_, 3, d);
        const Matrix documents = random_matrix(random_, 50, d);
        for (const auto& method : scoring::kMethods) {
            for (const double score : values(q, documents, method.method)) {
                EXPECT_GE(score, method.lowest) << method.name;
                EXPECT_LE(score, method.highest) << method.name;
            }
        }
    }
}

TEST_P(BackendContract, NearlyEqualStatesStayWithinOne) {
    Matrix x = random_matrix(random_, 1, 768);
    Matrix near(200, 768);
    for (std::size_t r = 0; r < near.rows(); ++r) {
        for (std::size_t i = 0; i < 768; ++i)
            near.at(r, i) = x.at(0, i) * (1.0F + 0.1F * static_cast<float>(r));
    }
    for (const double c : values(x, near, Method::cosine)) {
        EXPECT_LE(c, 1.0);
        EXPECT_NEAR(1.0, c, 1e-13);  // the components were rounded to float32
    }
}

TEST_P(BackendContract, APowerOfTwoScaleChangesNoBit) {
    for (const std::size_t d : {7U, 768U}) {
        const Matrix q = random_matrix(random_, 1, d);
        const Matrix documents = random_matrix(random_, 4, d);
        for (const float scale : {0x1p-60F, 0.5F, 0x1p60F}) {
            Matrix scaled = documents;
            for (std::size_t r = 0; r < 4; ++r) {
                for (std::size_t i = 0; i < d; ++i)
                    scaled.at(r, i) *= scale;
            }
            for (const auto& method : scoring::kMethods) {
                if (method.method == Method::dot) continue;
                EXPECT_EQ(bits(q, documents, method.method), bits(q, scaled, method.method))
                    << method.name << " scale=" << scale;
            }
        }
    }
}

TEST_P(BackendContract, AnyScaleChangesAScoreByRoundingOnly) {
    constexpr double kTolerance = 4e-15;
    // Components of 12 bits times 3, 5 or 7: the scaling itself is exact in float32.
    std::uniform_int_distribution<int> component(-2047, 2047);
    Matrix q(1, 768);
    Matrix x(1, 768);
    for (std::size_t i = 0; i < 768; ++i) {
        q.at(0, i) = static_cast<float>(component(random_));
        x.at(0, i) = static_cast<float>(component(random_));
    }
    for (const float scale : {3.0F, 5.0F, 7.0F}) {
        Matrix scaled = x;
        for (std::size_t i = 0; i < 768; ++i)
            scaled.at(0, i) *= scale;
        for (const auto& method : scoring::kMethods) {
            if (method.method == Method::dot) continue;
            EXPECT_NEAR(values(q, x, method.method).at(0), values(q, scaled, method.method).at(0),
                        kTolerance)
                << method.name;
        }
    }
}

TEST_P(BackendContract, ZeroPaddingChangesNoBit) {
    for (const std::size_t d : {1U, 31U, 32U, 33U, 700U}) {
        const Matrix q = random_matrix(random_, 1, d);
        const Matrix x = random_matrix(random_, 1, d);
        for (const std::size_t padding : {1U, 31U, 68U}) {
            Matrix padded_q(1, d + padding);
            Matrix padded_x(1, d + padding);
            for (std::size_t i = 0; i < d; ++i) {
                padded_q.at(0, i) = q.view().row(0)[i];
                padded_x.at(0, i) = x.view().row(0)[i];
            }
            for (std::size_t i = d; i < d + padding; ++i)
                padded_x.at(0, i) = -0.0F;
            for (const auto& method : scoring::kMethods)
                EXPECT_EQ(bits(q, x, method.method), bits(padded_q, padded_x, method.method));
        }
    }
}

TEST_P(BackendContract, AgreesWithTheReferenceToTheBitInEveryDimension) {
    const auto reference = make("reference", 1);
    for (const std::size_t d : dimensions()) {
        const Matrix q = random_matrix(random_, 1, d);
        const Matrix documents = random_matrix(random_, d < 2000 ? 7 : 3, d);
        for (const auto& method : scoring::kMethods) {
            const ScoreTask task = task_of(q, documents, method.method);
            EXPECT_EQ(bits_of(scores_of(*reference, task).values), bits(task))
                << method.name << " d=" << d;
        }
    }
}

TEST_P(BackendContract, AgreesWithTheReferenceToTheBitForAnyNumberOfQueriesAndDocuments) {
    const auto reference = make("reference", 1);
    for (std::size_t queries = 1; queries <= 9; ++queries) {
        for (const std::size_t documents : {1U, 2U, 3U, 4U, 5U, 11U}) {
            for (const std::size_t d : {3U, 32U, 45U, 96U}) {
                const Matrix q = random_matrix(random_, queries, d);
                const Matrix x = random_matrix(random_, documents, d);
                const ScoreTask task = task_of(q, x, Method::signed_fidelity);
                EXPECT_EQ(bits_of(scores_of(*reference, task).values), bits(task))
                    << queries << " x " << documents << " d=" << d;
            }
        }
    }
}

TEST_P(BackendContract, ReadsRowsThatAreOnlyFourByteAligned) {
    for (std::size_t shift = 1; shift <= 16; ++shift) {
        Random aligned_random(shift);
        Random shifted_random(shift);
        const Matrix q = random_matrix(aligned_random, 2, 77);
        const Matrix x = random_matrix(aligned_random, 5, 77);
        const Matrix shifted_q = random_matrix(shifted_random, 2, 77, shift);
        const Matrix shifted_x = random_matrix(shifted_random, 5, 77, shift);
        EXPECT_EQ(bits(q, x, Method::cosine), bits(shifted_q, shifted_x, Method::cosine));
    }
}

TEST_P(BackendContract, KeepsDenormals) {
    const float tiny = FLT_TRUE_MIN;
    const Matrix q = matrix_of({{tiny, tiny}});
    const Matrix documents = matrix_of({{tiny, tiny}, {tiny, -tiny}, {tiny, 0}});
    EXPECT_EQ((std::vector{1.0, 0.0}), first(values(q, documents, Method::fidelity), 2));
    EXPECT_NEAR(0.5, values(q, documents, Method::fidelity).at(2), 1e-15);
    EXPECT_EQ((std::vector{0x1p-297, 0.0, 0x1p-298}), values(q, documents, Method::dot));
}

TEST_P(BackendContract, TakesTheLargestFloats) {
    Matrix q(1, 65536);
    Matrix x(2, 65536);
    for (std::size_t i = 0; i < 65536; ++i) {
        q.at(0, i) = FLT_MAX;
        x.at(0, i) = FLT_MAX;
        x.at(1, i) = i % 2 == 0 ? FLT_MAX : -FLT_MAX;
    }
    EXPECT_EQ((std::vector{1.0, 0.0}), values(q, x, Method::fidelity));
    const double largest = 65536 * (double{FLT_MAX} * double{FLT_MAX});
    EXPECT_NEAR(1.0, values(q, x, Method::dot).at(0) / largest, 1e-12);
}

TEST_P(BackendContract, MixesTheLargestAndTheSmallestFloats) {
    const Matrix q = matrix_of({{FLT_TRUE_MIN, 0}});
    const Matrix x = matrix_of({{FLT_MAX, FLT_MAX}});
    EXPECT_NEAR(0.5, values(q, x, Method::fidelity).at(0), 1e-15);
}

}  // namespace
}  // namespace qr::test
