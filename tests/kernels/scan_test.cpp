// A scan from end to end: encode, approximate overlaps, the best of them, those scored once more;
// and the inequality by which its answer is known to be exact.
#include <algorithm>
#include <numeric>

#include "kernels/encode.h"
#include "kernels/overlap_matrix.h"
#include "kernels/read_out.h"
#include "kernels/rescore.h"
#include "kernels/top_k.h"
#include "tests/kernels/kernel_fixture.h"

namespace qr::device {
namespace {

using scoring::Method;

struct Encoded {
    explicit Encoded(const Matrix& rows)
        : values(shifted(rows, 0)),
          halves(unwritten<short>(rows.rows() * rows.dimension())),
          norms2(unwritten<double>(rows.rows())),
          residuals(unwritten<float>(rows.rows())),
          first_bad_row({kNoBadRow}),
          count(static_cast<unsigned>(rows.rows())) {}

    DeviceArray<float> values;
    DeviceArray<short> halves;
    DeviceArray<double> norms2;
    DeviceArray<float> residuals;
    DeviceArray<unsigned> first_bad_row;
    unsigned count;
};

// What a scan of [query, document] found: lists of `kept` documents and the best k of each.
struct Found {
    std::vector<float> overlaps;  // approximate, of all pairs
    std::vector<unsigned> survivors;
    std::vector<float> survivor_overlaps;  // approximate
    std::vector<unsigned> best;            // documents
    std::vector<double> scores;            // theirs
};

class Scan : public KernelTest {
  protected:
    Scan(const Scan&) = delete;
    Scan() = default;

    void encode_rows(const Encoded& rows, std::size_t dimension) {
        EXPECT_EQ(cudaSuccess, encode({.rows = rows.values.data(),
                                       .encoded = rows.halves.data(),
                                       .norms2 = rows.norms2.data(),
                                       .residuals = rows.residuals.data(),
                                       .first_bad_row = rows.first_bad_row.data(),
                                       .row_count = rows.count,
                                       .dimension = static_cast<unsigned>(dimension)},
                                      Storage::float16, stream_));
    }
    template <class Score>
    void select(TopKTask<Score> task) {
        const auto workspace = unwritten<char>(top_k_workspace_bytes(task) + 1);
        task.workspace = workspace.data();
        EXPECT_EQ(cudaSuccess, top_k(task, stream_));
        finish();
    }
    // Dots become scores in place: each query with its own list is a task.
    void read_out_lists(const RescoreTask& lists, Method method) {
        std::vector<PairTask> tasks;
        for (unsigned q = 0; q < lists.query_count; ++q) {
            const std::size_t begin = std::size_t{q} * lists.id_count;
            tasks.push_back({.query_norms2 = lists.query_norms2 + q,
                             .document_norms2 = lists.row_norms2 + begin,
                             .pairs = lists.dots + begin,
                             .query_count = 1,
                             .document_count = lists.id_count,
                             .dimension = lists.dimension});
        }
        PairBatch batch = plan(tasks);
        const DeviceArray<PairTask> task_memory(tasks);
        const DeviceArray<PairTable> table(
            std::vector<PairTable>{{.tasks = task_memory.data(), .task_count = batch.task_count}});
        batch.table = table.data();
        EXPECT_EQ(cudaSuccess, read_out(method, batch, stream_));
        finish();
    }

    Found scan(const Encoded& queries, const Encoded& documents, unsigned dimension, unsigned k,
               unsigned kept, Method method) {
        Found found;
        const std::size_t pairs = std::size_t{queries.count} * documents.count;
        const std::size_t listed = std::size_t{queries.count} * kept;
        const auto overlaps = unwritten<float>(pairs), survivor_overlaps = unwritten<float>(listed);
        const auto ids = unwritten<unsigned>(listed);
        encode_rows(queries, dimension);
        encode_rows(documents, dimension);
        EXPECT_EQ(cudaSuccess, overlap_matrix({.queries = queries.halves.data(),
                                               .rows = documents.halves.data(),
                                               .overlaps = overlaps.data(),
                                               .query_count = queries.count,
                                               .row_count = documents.count,
                                               .dimension = dimension,
                                               .storage = Storage::float16},
                                              stream_));
        select<float>({.scores = overlaps.data(),
                       .columns = ids.data(),
                       .best = survivor_overlaps.data(),
                       .row_count = queries.count,
                       .column_count = documents.count,
                       .k = kept,
                       .rank = rank_of(method),
                       .listing = Listing::by_column});
        found.overlaps = overlaps.values();
        found.survivors = ids.values();
        found.survivor_overlaps = survivor_overlaps.values();
        rescore_survivors(queries, documents, dimension, ids.data(), k, kept, method, found);
        return found;
    }
    void rescore_survivors(const Encoded& queries, const Encoded& documents, unsigned dimension,
                           const unsigned* ids, unsigned k, unsigned kept, Method method,
                           Found& found) {
        const std::size_t listed = std::size_t{queries.count} * kept;
        const auto query_norms2 = unwritten<double>(queries.count);
        const auto row_norms2 = unwritten<double>(listed), dots = unwritten<double>(listed);
        const RescoreTask lists{.queries = queries.values.data(),
                                .rows = documents.values.data(),
                                .ids = ids,
                                .query_norms2 = query_norms2.data(),
                                .row_norms2 = row_norms2.data(),
                                .dots = dots.data(),
                                .query_count = queries.count,
                                .row_count = documents.count,
                                .id_count = kept,
                                .dimension = dimension};
        EXPECT_EQ(cudaSuccess, rescore(lists, stream_));
        finish();
        EXPECT_EQ(bits_of(queries.norms2.values()), bits_of(query_norms2.values()));
        read_out_lists(lists, method);
        const auto places = unwritten<unsigned>(std::size_t{queries.count} * k);
        const auto scores = unwritten<double>(std::size_t{queries.count} * k);
        select<double>({.scores = dots.data(),
                        .columns = places.data(),
                        .best = scores.data(),
                        .row_count = queries.count,
                        .column_count = kept,
                        .k = k});
        found.scores = scores.values();
        for (std::size_t i = 0; const unsigned place : places.values())
            found.best.push_back(found.survivors[i++ / k * kept + place]);
    }

    static Rank rank_of(Method method) {
        return method == Method::fidelity ? Rank::by_magnitude : Rank::by_score;
    }
    // How many queries' answers are proven; those must be the exact ones.
    unsigned expect_sound(const Matrix& queries, const Matrix& documents, unsigned k, unsigned kept,
                          Method method);

    void expect_exact(const Matrix& queries, const Matrix& documents, const Found& found,
                      unsigned k, unsigned query, Method method) {
        const auto backend = test::make("cpu", 1);
        const std::vector<double> all =
            test::scores_of(*backend, test::task_of(queries, documents, method)).values;
        const double* const scores = all.data() + query * documents.rows();
        std::vector<unsigned> order(documents.rows());
        std::iota(order.begin(), order.end(), 0U);
        std::stable_sort(order.begin(), order.end(),
                         [&](unsigned a, unsigned b) { return scores[a] > scores[b]; });
        for (unsigned i = 0; i < k; ++i) {
            EXPECT_EQ(order[i], found.best[query * k + i]);
            EXPECT_EQ(scores[order[i]], found.scores[query * k + i]);
        }
    }
};

unsigned Scan::expect_sound(const Matrix& queries, const Matrix& documents, unsigned k,
                            unsigned kept, Method method) {
    const Encoded left(queries), right(documents);
    const auto dimension = static_cast<unsigned>(queries.dimension());
    const Found found = scan(left, right, dimension, k, kept, method);
    const std::vector<float> query_residuals = left.residuals.values();
    const std::vector<float> residuals = right.residuals.values();
    const float largest = *std::max_element(residuals.begin(), residuals.end());
    const auto value = [&](double overlap) {
        return method == Method::fidelity ? std::abs(overlap) : overlap;
    };
    unsigned proven = 0;
    for (unsigned q = 0; q < left.count; ++q) {
        const float* const approximate = found.overlaps.data() + q * right.count;
        std::vector<double> exact;
        for (unsigned d = 0; d < right.count; ++d) {
            exact.push_back(
                inner_product(queries.view().row(q), documents.view().row(d)) /
                std::sqrt(inner_product(queries.view().row(q), queries.view().row(q)) *
                          inner_product(documents.view().row(d), documents.view().row(d))));
            EXPECT_GE(approximation_error(query_residuals[q], residuals[d], dimension),
                      std::abs(exact[d] - double{approximate[d]}));
        }
        const auto begin = found.survivors.begin() + std::ptrdiff_t{q} * kept;
        double least = 1;  // overlap among the survivors
        for (unsigned i = 0; i < kept; ++i)
            least = std::min(least, value(found.survivor_overlaps[q * kept + i]));
        const double outside_max =
            least + approximation_error(query_residuals[q], largest, dimension);
        for (unsigned d = 0; d < right.count; ++d) {
            const bool survives = std::binary_search(begin, begin + kept, d);
            EXPECT_TRUE(survives || value(exact[d]) <= outside_max);
        }
        if (kept == right.count || value(exact[found.best[(q + 1) * k - 1]]) > outside_max) {
            ++proven;
            expect_exact(queries, documents, found, k, q, method);
        }
    }
    return proven;
}

TEST_P(Scan, OfRandomRowsIsProvenExact) {
    const Matrix queries = random_rows(9, 96), documents = random_rows(300, 96);
    EXPECT_LE(7U, expect_sound(queries, documents, 5, 20, Method::fidelity));
    EXPECT_LE(7U, expect_sound(queries, documents, 5, 20, Method::signed_fidelity));
}

TEST_P(Scan, OfClustersClaimsNoMoreThanItKnows) {
    const Matrix centres = random_rows(4, 64), noise = random_rows(200, 64);
    Matrix documents(200, 64);
    for (std::size_t d = 0; d < documents.rows(); ++d) {
        for (std::size_t i = 0; i < 64; ++i) {
            const float spread = d % 2 == 0 ? 0x1p-13F : 0x1p-5F;
            documents.at(d, i) = centres.view().row(d % 4)[i] + spread * noise.view().row(d)[i];
        }
    }
    expect_sound(centres, documents, 4, 16, Method::fidelity);
    expect_sound(centres, documents, 4, 16, Method::signed_fidelity);
}

TEST_P(Scan, OfManyTiesKeepsTheFirst) {
    // Groups of 25 equal documents, apart from the next; of the nearest every other is an antipode.
    Matrix query(1, 48), documents(200, 48);
    for (std::size_t i = 0; i < 48; ++i) {
        query.at(0, i) = i < 24 ? 1.0F : 0.0F;
        for (std::size_t d = 0; d < documents.rows(); ++d) {
            const std::size_t group = (d + 3) % 8;
            const float sign = group == 0 && d % 16 > 7 ? -1.0F : 1.0F;
            documents.at(d, i) = sign * (i < 24 ? 1.0F : 0.125F * static_cast<float>(group));
        }
    }
    for (const Method method : {Method::fidelity, Method::signed_fidelity}) {
        expect_sound(query, documents, 6, 24, method);
        const Encoded left(query), right(documents);
        expect_exact(query, documents, scan(left, right, 48, 6, 24, method), 6, 0, method);
    }
}

TEST_P(Scan, StaysSoundWhereEveryComponentIsRoundedTheSameWay) {
    Matrix rows(2, 1024);  // an amplitude lies just below the middle of two float16
    for (std::size_t i = 0; i < 1024; ++i) {
        rows.at(0, i) = i % 2 == 0 ? 1 + 0x1p-11F : 1 - 0x1p-11F;
        rows.at(1, i) = i % 2 == 0 ? 1 + 0x1.8p-10F : 1 - 0x1.8p-10F;
    }
    expect_sound(rows, rows, 1, 1, Method::fidelity);
}

TEST_P(Scan, ThatKeepsAllIsExact) {
    const Matrix queries = random_rows(2, 33), documents = random_rows(70, 33);
    EXPECT_EQ(2U, expect_sound(queries, documents, 70, 70, Method::fidelity));
}

IN_EVERY_ORDER(Scan);

}  // namespace
}  // namespace qr::device
