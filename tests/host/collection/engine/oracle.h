// What an engine must answer, computed from the definitions of docs/SCORING.md with nothing of the
// product's arithmetic: recursive sums, one row after the other, a full sort.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include "host/collection/engine/collection_engine.h"

namespace qr::test {

inline double lane(std::span<const float> a, std::span<const float> b, std::size_t first) {
    double sum = 0;
    for (std::size_t i = first; i < a.size(); i += 32)
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

// Of lanes first, first + step...: each half's sum, lane by lane, is the tree from its leaves.
inline double lane_tree(std::span<const float> a, std::span<const float> b, std::size_t first,
                        std::size_t step) {
    if (step == 32) return lane(a, b, first);
    return lane_tree(a, b, first, step * 2) + lane_tree(a, b, first + step, step * 2);
}

inline double oracle_dot(std::span<const float> a, std::span<const float> b) {
    return lane_tree(a, b, 0, 1);
}

// All that a score is made of; in a large dimension that is what takes the time.
struct OracleDots {
    double query = 0;  // with itself
    double row = 0;    // with itself
    double both = 0;
};
inline OracleDots oracle_dots(std::span<const float> query, std::span<const float> row) {
    return {oracle_dot(query, query), oracle_dot(row, row), oracle_dot(query, row)};
}

inline double oracle_score(scoring::Method method, const OracleDots& dots) {
    if (method == scoring::Method::dot) return dots.both;
    const double length = std::sqrt(dots.query * dots.row);
    const double c = std::clamp(dots.both / length, -1.0, 1.0);
    switch (method) {
        case scoring::Method::signed_fidelity:
            return (1 + c) / 2 * ((1 + c) / 2);
        case scoring::Method::fidelity:
            return c * c;
        case scoring::Method::bures_angle:
            return 1 - 2 * std::numbers::inv_pi * std::acos(std::fabs(c));
        default:
            return c;
    }
}
inline double oracle_score(scoring::Method method, std::span<const float> query,
                           std::span<const float> row) {
    return oracle_score(method, oracle_dots(query, row));
}

struct OracleRow {
    Slot slot = 0;
    std::uint64_t number = 0;
    std::span<const float> values;
};

inline std::vector<OracleDots> oracle_dots(std::span<const float> query,
                                           std::span<const OracleRow> rows) {
    std::vector<OracleDots> dots;
    for (const OracleRow& row : rows)
        dots.push_back(oracle_dots(query, row.values));
    return dots;
}

// `dots` are those of the query with each row.
inline std::vector<Hit> oracle_hits(std::span<const OracleDots> dots, scoring::Method method,
                                    std::span<const OracleRow> rows, std::size_t k) {
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < rows.size(); ++i)
        hits.push_back({rows[i].slot, rows[i].number, oracle_score(method, dots[i])});
    std::stable_sort(hits.begin(), hits.end(),
                     [](const Hit& a, const Hit& b) { return a.number < b.number; });
    std::stable_sort(hits.begin(), hits.end(),
                     [](const Hit& a, const Hit& b) { return a.score > b.score; });
    hits.resize(std::min(hits.size(), k));
    return hits;
}

}  // namespace qr::test
