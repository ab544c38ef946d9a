// Known states against scores known in closed form, through score() like any request.
//
// Four pairs of states per dimension: equal, antipodal, orthogonal and at 45 degrees. The expected
// scores are numbers, not formulas: no read-out can vouch for itself. The canary takes one
// dimension of them and holds it to the reference's bits as well.
#include "host/backend/self_test.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <new>
#include <string>
#include <vector>

#include "host/backend/reference/reference_backend.h"

namespace qr {
namespace {

constexpr double kErrorMax = 1e-12;
constexpr std::array<std::size_t, 6> kDimensions = {1, 2, 3, 768, 1000, 65536};
// Three groups of 32 lanes and a tail of four.
constexpr std::size_t kCanaryDimension = 100;

// Expected scores, in the order of the rows that known_states() makes.
struct KnownScores {
    scoring::Method method;
    std::array<double, 4> scores;  // equal, antipodal, orthogonal, 45 degrees; dot: per component
};

constexpr std::array<KnownScores, 5> kKnownScores = {{
    {scoring::Method::signed_fidelity, {1, 0, 0.25, 0.72855339059327376}},
    {scoring::Method::fidelity, {1, 1, 0, 0.5}},
    {scoring::Method::bures_angle, {1, 1, 0, 0.5}},
    {scoring::Method::cosine, {1, -1, 0, 0.70710678118654752}},
    {scoring::Method::dot, {1, -1, 0, 1}},
}};
static_assert(kKnownScores.size() == scoring::kMethods.size(),
              "a new method needs its known scores here");

struct KnownStates {
    std::size_t components = 0;  // that are not zero: an even number, so that halves can cancel
    std::vector<float> query;
    std::vector<float> documents;
    std::size_t pairs = 0;
};

KnownStates known_states(std::size_t dimension) {
    KnownStates states;
    states.components = dimension == 1 ? 1 : dimension / 2 * 2;
    states.pairs = dimension == 1 ? 2 : 4;  // one amplitude has a sign and nothing else
    states.query.assign(dimension, 0.0F);
    std::fill_n(states.query.begin(), states.components, 1.0F);
    for (std::size_t pair = 0; pair < states.pairs; ++pair) {
        for (std::size_t i = 0; i < dimension; ++i) {
            const float own = states.query[i];
            const float halves = i < states.components / 2 ? own : -own;
            states.documents.push_back(std::array{own, -own, halves, own + halves}[pair]);
        }
    }
    return states;
}

ScoreBatch batch_of(const KnownStates& states) {
    const std::size_t dimension = states.query.size();
    ScoreBatch batch;
    for (const KnownScores& known : kKnownScores) {
        batch.tasks.push_back({.queries = {states.query.data(), 1, dimension},
                               .documents = {states.documents.data(), states.pairs, dimension},
                               .method = known.method});
    }
    return batch;
}

// The largest error of one task; infinite when the backend refused it.
double error_of(const KnownScores& known, const KnownStates& states, const TaskScores& found) {
    if (found.values.size() != states.pairs) return HUGE_VAL;
    const double unit =
        known.method == scoring::Method::dot ? static_cast<double>(states.components) : 1.0;
    double error = 0;
    for (std::size_t pair = 0; pair < states.pairs; ++pair) {
        const double distance = std::abs(found.values[pair] - unit * known.scores[pair]);
        error = distance <= error ? error : distance;  // keeps a NaN
    }
    return error;
}

std::string describe(const KnownScores& known, std::size_t dimension, double error) {
    return "method " + std::string(scoring::info(known.method).name) + " at dimension " +
           std::to_string(dimension) + " is off by " + std::to_string(error) + ", allowed is 1e-12";
}

Result<void> test_dimension(FidelityBackend& backend, std::size_t dimension,
                            SelfTestReport& report) {
    const KnownStates states = known_states(dimension);
    const Result<Scores> scores = backend.score(batch_of(states));
    if (!scores.ok()) return scores.error();
    for (std::size_t i = 0; i < kKnownScores.size(); ++i) {
        const double error = error_of(kKnownScores[i], states, scores->tasks.at(i));
        if (!(error <= kErrorMax)) {
            return Error{.code = Code::internal,
                         .message = "self-test of backend '" + std::string(backend.name()) +
                                    "': " + describe(kKnownScores[i], dimension, error)};
        }
        report.max_abs_error = std::max(report.max_abs_error, error);
        report.pairs += states.pairs;
    }
    return {};
}

bool is_same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return std::ranges::equal(a, b, {}, std::bit_cast<std::uint64_t, double>,
                              std::bit_cast<std::uint64_t, double>);
}

// What is wrong with the canary's scores; empty when nothing is.
std::string fault_of(const KnownStates& states, const Scores& found, const Scores& reference) {
    if (found.tasks.size() != kKnownScores.size()) return "it answered another number of tasks";
    for (std::size_t i = 0; i < kKnownScores.size(); ++i) {
        const double error = error_of(kKnownScores[i], states, found.tasks[i]);
        if (!(error <= kErrorMax)) return describe(kKnownScores[i], kCanaryDimension, error);
        if (!is_same_bits(found.tasks[i].values, reference.tasks[i].values)) {
            return "method " + std::string(scoring::info(kKnownScores[i].method).name) +
                   " differs from the reference in its last bits";
        }
    }
    return {};
}

CanaryResult score_canary(FidelityBackend& backend) {
    const KnownStates states = known_states(kCanaryDimension);
    const ScoreBatch batch = batch_of(states);
    const Result<Scores> reference = ReferenceBackend().score(batch);
    if (!reference.ok())
        return {CanaryOutcome::failed, reference.error().code, reference.error().message};
    const auto start = std::chrono::steady_clock::now();
    const Result<Scores> found = backend.score(batch);
    const std::chrono::duration<double, std::micro> elapsed =
        std::chrono::steady_clock::now() - start;
    CanaryResult result{.microseconds = elapsed.count()};
    if (!found.ok()) {
        result.outcome = CanaryOutcome::failed;
        result.code = found.error().code;
        result.message = found.error().message;
        return result;
    }
    const std::string fault = fault_of(states, *found, *reference);
    if (fault.empty()) return result;
    result.outcome = CanaryOutcome::wrong;
    result.message = "canary of backend '" + std::string(backend.name()) + "': " + fault;
    return result;
}

}  // namespace

Result<SelfTestReport> self_test(FidelityBackend& backend) {
    try {
        SelfTestReport report;
        const auto start = std::chrono::steady_clock::now();
        for (const std::size_t dimension : kDimensions) {
            const Result<void> tested = test_dimension(backend, dimension, report);
            if (!tested.ok()) return tested.error();
        }
        const std::chrono::duration<double, std::micro> elapsed =
            std::chrono::steady_clock::now() - start;
        report.microseconds = elapsed.count();
        return report;
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "no memory for the self-test"};
    }
}

std::string_view to_string(CanaryOutcome outcome) {
    switch (outcome) {
        case CanaryOutcome::passed:
            return "passed";
        case CanaryOutcome::failed:
            return "failed";
        case CanaryOutcome::wrong:
            return "wrong";
        case CanaryOutcome::overdue:
            return "overdue";
    }
    return "failed";
}

CanaryResult run_canary(FidelityBackend& backend) {
    try {
        return score_canary(backend);
    } catch (const std::bad_alloc&) {
        return {CanaryOutcome::failed, Code::out_of_memory, "no memory for the canary"};
    }
}

}  // namespace qr
