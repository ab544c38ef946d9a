#include "perf/host/cuda/search_data.h"

#include <algorithm>
#include <numeric>

#include "host/backend/backends.h"
#include "perf/host/cuda/gate.h"
#include "perf/host/cuda/measure.h"
#include "perf/kernels/fill.h"

namespace qr::perf {
namespace {

std::vector<float> make_rows(std::uint64_t seed, std::size_t rows, std::size_t dimension) {
    std::vector<float> values(rows * dimension);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = component(seed, i);
    return values;
}

}  // namespace

Vectors::Vectors(const Shape& of, std::uint64_t seed)
    : shape(of),
      queries(make_rows(seed, of.queries, of.dimension)),
      documents(make_rows(seed + 1, of.documents, of.dimension)) {}

Best best_on_the_cpu(const Vectors& vectors, scoring::Method method, std::size_t k) {
    const MatrixView queries = vectors.query_view(), documents = vectors.document_view();
    auto backend = make_backend("cpu", {});
    if (!backend.ok()) give_up(backend.error().message);
    const auto scored = (*backend)->score({{{queries, documents, method}}});
    if (!scored.ok()) give_up(scored.error().message);
    const std::vector<double>& scores = scored->tasks.front().values;
    Best best;
    std::vector<std::uint32_t> columns(documents.rows);
    for (std::size_t q = 0; q < queries.rows; ++q) {
        const double* const row = scores.data() + q * documents.rows;
        std::iota(columns.begin(), columns.end(), 0U);
        std::partial_sort(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(k),
                          columns.end(), [&](std::uint32_t a, std::uint32_t b) {
                              return row[a] > row[b] || (row[a] == row[b] && a < b);
                          });
        for (std::size_t i = 0; i < k; ++i) {
            best.columns.push_back(columns[i]);
            best.scores.push_back(row[columns[i]]);
        }
    }
    return best;
}

std::vector<std::uint64_t> words_of(const Best& best) {
    std::vector<std::uint64_t> words = words_of(best.columns);
    const std::vector<std::uint64_t> scores = words_of(best.scores);
    words.insert(words.end(), scores.begin(), scores.end());
    return words;
}

}  // namespace qr::perf
