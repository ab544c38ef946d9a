// The fixture of the contract suites: one of the contracted backends and a printed seed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "host/backend/backends.h"
#include "tests/host/backend/vectors.h"

namespace qr::test {

class Contract : public testing::TestWithParam<std::string> {
  protected:
    Contract() : seed_(std::random_device{}()), random_(seed_) {}

    void SetUp() override {
        auto made = make_backend(contracted_backends(), GetParam(), {.threads = 2});
        if (!made.ok()) {
            ASSERT_EQ(Code::unavailable, made.error().code) << made.error().message;
            GTEST_SKIP() << made.error().message;
        }
        backend_ = std::move(made).value();
    }

    void TearDown() override {
        if (HasFailure()) std::printf("seed: %llu\n", static_cast<unsigned long long>(seed_));
    }

    std::vector<double> values(const Matrix& queries, const Matrix& documents,
                               scoring::Method method) {
        const TaskScores scores = scores_of(*backend_, task_of(queries, documents, method));
        EXPECT_FALSE(scores.fault.has_value());
        return scores.values;
    }
    std::vector<std::uint64_t> bits(const Matrix& queries, const Matrix& documents,
                                    scoring::Method method) {
        return bits_of(values(queries, documents, method));
    }
    std::vector<std::uint64_t> bits(const ScoreTask& task) {
        return bits_of(scores_of(*backend_, task).values);
    }
    static std::vector<double> first(std::vector<double> all, std::size_t count) {
        all.resize(count);
        return all;
    }

    const std::uint64_t seed_;
    Random random_;
    std::unique_ptr<FidelityBackend> backend_;
};

inline std::vector<std::string> registered_names() {
    std::vector<std::string> names;
    for (const BackendEntry& entry :
         own_backends().empty() ? contracted_backends() : own_backends())
        names.emplace_back(entry.name);
    return names;
}

// gtest names take no dash.
inline std::string test_name(const testing::TestParamInfo<std::string>& info) {
    std::string name = info.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

#define REGISTERED_BACKENDS(suite) \
    INSTANTIATE_TEST_SUITE_P(Registry, suite, testing::ValuesIn(registered_names()), test_name)

}  // namespace qr::test
