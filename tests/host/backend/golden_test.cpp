// Every registered backend against the scores that numpy computed (golden/make_golden.py).
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/host/backend/contract.h"

namespace qr::test {
namespace {

// The golden sums are exact and ours are rounded in 32 lanes: at dimension 1,000 some 36 roundings
// of terms that are small against the product of the norms.
constexpr double kUlps = 8;
constexpr double kTolerance = kUlps * 0x1p-53;

// arccos(c) near 1 turns an error e of c into e / sqrt(1 - c^2), at worst sqrt(2 e): for pairs this
// close the angle itself is known to sqrt of the precision only.
double bures_tolerance(double cosine) {
    const double sine2 = std::max(1 - cosine * cosine, 2 * kTolerance);
    return kTolerance / std::sqrt(sine2) + kTolerance;
}

double tolerance(scoring::Method method, double cosine, double scale) {
    if (method == scoring::Method::dot) return kTolerance * scale;
    if (method == scoring::Method::bures_angle) return bures_tolerance(cosine);
    return kTolerance;
}

const nlohmann::json& golden() {
    static const nlohmann::json document = [] {
        const char* root = std::getenv("QR_SOURCE_DIR");
        std::ifstream file(std::string(root == nullptr ? "." : root) +
                           "/tests/host/backend/golden/golden.json");
        return nlohmann::json::parse(file);
    }();
    return document;
}

Matrix matrix_from(const nlohmann::json& rows) {
    Matrix matrix(rows.size(), rows.at(0).size());
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
        for (std::size_t i = 0; i < matrix.dimension(); ++i)
            matrix.at(r, i) = static_cast<float>(rows[r].at(i).get<double>());
    }
    return matrix;
}

using GoldenVectors = Contract;
REGISTERED_BACKENDS(GoldenVectors);

TEST_P(GoldenVectors, AreMetByEveryMethod) {
    ASSERT_EQ(18U, golden().at("cases").size());
    for (const nlohmann::json& one : golden().at("cases")) {
        SCOPED_TRACE(one.at("name").get<std::string>());
        const Matrix queries = matrix_from(one.at("queries"));
        const Matrix documents = matrix_from(one.at("documents"));
        for (const auto& method : scoring::kMethods) {
            const auto found = values(queries, documents, method.method);
            for (std::size_t i = 0; i < found.size(); ++i) {
                const std::size_t q = i / documents.rows();
                const std::size_t d = i % documents.rows();
                const auto cell = [&](const nlohmann::json& table) {
                    return table.at(q).at(d).get<double>();
                };
                const nlohmann::json& scores = one.at("scores");
                EXPECT_NEAR(
                    cell(scores.at(std::string(method.name))), found[i],
                    tolerance(method.method, cell(scores.at("cosine")), cell(one.at("scale"))))
                    << method.name << " of query " << q << " and document " << d;
            }
        }
    }
}

}  // namespace
}  // namespace qr::test
