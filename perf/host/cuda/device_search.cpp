#include "perf/host/cuda/device_search.h"

#include "kernels/overlap.h"
#include "kernels/read_out.h"

namespace qr::perf {
namespace {

constexpr auto kMethod = scoring::Method::signed_fidelity;
constexpr auto kStorage = device::Storage::float16;

unsigned narrow_count(std::size_t count) {
    return static_cast<unsigned>(count);
}

}  // namespace

template <class Score>
DeviceBest<Score>::DeviceBest(const Score* scores, const Score* peaks, std::size_t rows,
                              std::size_t columns, std::size_t k, device::Listing listing)
    : columns_(rows * k),
      best_(rows * k),
      task_{.scores = scores,
            .peaks = peaks,
            .columns = columns_.data(),
            .best = best_.data(),
            .row_count = narrow_count(rows),
            .column_count = narrow_count(columns),
            .k = narrow_count(k),
            .listing = listing},
      workspace_(std::max<std::size_t>(device::top_k_workspace_bytes(task_), 1)) {
    task_.workspace = workspace_.data();
}
template class DeviceBest<float>;
template class DeviceBest<double>;

DevicePlan::DevicePlan(std::vector<device::PairTask> tasks)
    : tasks_(tasks.size()), table_(1), batch_(device::plan(tasks)) {
    require(cudaMemcpy(tasks_.data(), tasks.data(), tasks_.bytes(), cudaMemcpyHostToDevice),
            "tasks");
    const device::PairTable table = {.tasks = tasks_.data(),
                                     .task_count = batch_.task_count,
                                     .overlap_blocks = static_cast<unsigned>(batch_.overlap_blocks),
                                     .strip_blocks = static_cast<unsigned>(batch_.strip_blocks)};
    require(cudaMemcpy(table_.data(), &table, sizeof table, cudaMemcpyHostToDevice), "a table");
    batch_.table = table_.data();
}

ExactSearch::ExactSearch(const Vectors& vectors, std::size_t k)
    : queries_(vectors.queries),
      documents_(vectors.documents),
      query_norms2_(vectors.shape.queries),
      document_norms2_(vectors.shape.documents),
      pairs_(vectors.shape.queries * vectors.shape.documents),
      first_bad_row_(std::vector<unsigned>{device::kNoBadRow}),
      plan_({{.queries = queries_.data(),
              .documents = documents_.data(),
              .query_norms2 = query_norms2_.data(),
              .document_norms2 = document_norms2_.data(),
              .pairs = pairs_.data(),
              .first_bad_row = first_bad_row_.data(),
              .query_count = narrow_count(vectors.shape.queries),
              .document_count = narrow_count(vectors.shape.documents),
              .dimension = narrow_count(vectors.shape.dimension)}}),
      best_(pairs_.data(), nullptr, vectors.shape.queries, vectors.shape.documents, k) {}

void ExactSearch::overlap(cudaStream_t stream) const {
    require(device::overlap(plan_.batch(), stream), "overlap");
}

void ExactSearch::read_out(cudaStream_t stream) const {
    require(device::read_out(kMethod, plan_.batch(), stream), "read_out");
}

TwoStepSearch::Encoded::Encoded(const std::vector<float>& values, std::size_t count,
                                std::size_t dimension)
    : rows(values),
      states(values.size()),
      norms2(count),
      residuals(count),
      first_bad_row(std::vector<unsigned>{device::kNoBadRow}),
      task{.rows = rows.data(),
           .encoded = states.data(),
           .norms2 = norms2.data(),
           .residuals = residuals.data(),
           .first_bad_row = first_bad_row.data(),
           .row_count = narrow_count(count),
           .dimension = narrow_count(dimension)} {}

TwoStepSearch::TwoStepSearch(const Vectors& vectors, std::size_t k, std::size_t kept,
                             cudaStream_t stream)
    : shape_(vectors.shape),
      k_(k),
      kept_count_(kept),
      queries_(vectors.queries, shape_.queries, shape_.dimension),
      documents_(vectors.documents, shape_.documents, shape_.dimension),
      overlaps_(shape_.queries * shape_.documents),
      peaks_(shape_.queries * device::peaks_of(shape_.documents)),
      matrix_{.queries = queries_.states.data(),
              .rows = documents_.states.data(),
              .overlaps = overlaps_.data(),
              .query_count = narrow_count(shape_.queries),
              .row_count = narrow_count(shape_.documents),
              .dimension = narrow_count(shape_.dimension),
              .storage = kStorage},
      kept_(overlaps_.data(), peaks_.data(), shape_.queries, shape_.documents, kept,
            device::Listing::by_column),
      query_norms2_(shape_.queries),
      kept_norms2_(shape_.queries * kept),
      kept_scores_(shape_.queries * kept),
      first_bad_row_(std::vector<unsigned>{device::kNoBadRow}),
      plan_(lists()),
      best_(kept_scores_.data(), nullptr, shape_.queries, kept, k) {
    require(device::encode(documents_.task, kStorage, stream), "encode");
    require(cudaStreamSynchronize(stream), "encode");
}

// Each query with its own list of documents.
std::vector<device::PairTask> TwoStepSearch::lists() const {
    std::vector<device::PairTask> tasks;
    for (std::size_t q = 0; q < shape_.queries; ++q)
        tasks.push_back({.query_norms2 = query_norms2_.data() + q,
                         .document_norms2 = kept_norms2_.data() + q * kept_count_,
                         .pairs = kept_scores_.data() + q * kept_count_,
                         .first_bad_row = first_bad_row_.data(),
                         .query_count = 1,
                         .document_count = narrow_count(kept_count_),
                         .dimension = narrow_count(shape_.dimension)});
    return tasks;
}

void TwoStepSearch::encode(cudaStream_t stream) const {
    require(device::encode(queries_.task, kStorage, stream), "encode");
}

void TwoStepSearch::overlap(cudaStream_t stream) const {
    require(device::overlap_tensor(matrix_, {.peaks = peaks_.data()}, stream), "overlap_tensor");
}

void TwoStepSearch::plain_overlap(cudaStream_t stream) const {
    require(device::overlap_matrix(matrix_, stream), "overlap_matrix");
}

void TwoStepSearch::library_overlap(const cuda::Cublas& cublas) const {
    if (const Result<void> done = cublas.overlap_matrix(matrix_); !done.ok())
        give_up(done.error().message);
}

void TwoStepSearch::rescore(cudaStream_t stream) const {
    require(device::rescore({.queries = queries_.rows.data(),
                             .rows = documents_.rows.data(),
                             .ids = kept_.columns(),
                             .query_norms2 = query_norms2_.data(),
                             .row_norms2 = kept_norms2_.data(),
                             .dots = kept_scores_.data(),
                             .query_count = narrow_count(shape_.queries),
                             .row_count = narrow_count(shape_.documents),
                             .id_count = narrow_count(kept_count_),
                             .dimension = narrow_count(shape_.dimension)},
                            stream),
            "rescore");
}

void TwoStepSearch::read_out(cudaStream_t stream) const {
    require(device::read_out(kMethod, plan_.batch(), stream), "read_out");
}

Best TwoStepSearch::best() const {
    const std::vector<unsigned> kept = kept_.column_values();
    Best best{best_.column_values(), best_.score_values()};
    for (std::size_t i = 0; i < best.columns.size(); ++i)
        best.columns[i] = kept[i / k_ * kept_count_ + best.columns[i]];
    return best;
}

}  // namespace qr::perf
