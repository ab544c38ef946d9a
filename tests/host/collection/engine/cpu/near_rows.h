// Rows that a scan in bfloat16 puts in the wrong order: close together, and rounded apart.
#pragma once

#include <vector>

#include "host/collection/engine/cpu/cpu_engine.h"
#include "tests/host/collection/engine/oracle.h"
#include "tests/host/collection/engine/rows.h"

namespace qr::cpu {

struct NearRows {
    test::Rows rows;
    test::Rows queries;
    std::unique_ptr<Table> table;
    std::vector<test::OracleRow> oracle;
};

inline NearRows near_rows(CollectionEngine& engine, std::size_t count) {
    test::Random random(20);
    NearRows near{
        test::clustered(random, count, 64, 0x1p-9F), test::gaussian(random, 20, 64), {}, {}};
    near.table = std::move(*engine.make_table({.dimension = 64, .scan = Dtype::bfloat16}));
    std::vector<std::uint64_t> numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        numbers[i] = count - i;
    const auto slots = near.table->append({near.rows.view(), numbers});
    for (std::size_t i = 0; i < count; ++i)
        near.oracle.push_back({slots->at(i), numbers[i], near.rows.row(i)});
    return near;
}

// How many of the queries are answered otherwise than the oracle does.
inline std::size_t wrong_answers(const NearRows& near, std::size_t k) {
    const RowMask mask((near.oracle.size() + 63) / 64, ~std::uint64_t{0});
    std::size_t wrong = 0;
    for (std::size_t q = 0; q < near.queries.count(); ++q) {
        const SearchQuery query{.vector = near.queries.row(q), .k = k, .mask = &mask};
        const auto results = near.table->view()->search({&query, 1});
        const auto expected = test::oracle_hits(test::oracle_dots(near.queries.row(q), near.oracle),
                                                query.method, near.oracle, k);
        if (!results.ok() || results->at(0).hits != expected) ++wrong;
    }
    return wrong;
}

}  // namespace qr::cpu
