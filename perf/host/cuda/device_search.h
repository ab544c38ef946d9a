// Two ways to the best documents on a device, kernel by kernel, over a collection that lies there.
//
// Exact: every pair in double. Two steps: every pair in single precision from encoded rows, then
// the most promising ones once more in double, which gives the same answer where they are enough.
// Memory is taken when a search is made; its parts only launch.
#pragma once

#include <cuda_runtime_api.h>

#include <vector>

#include "host/cuda/cublas.h"
#include "kernels/encode.h"
#include "kernels/overlap_matrix.h"
#include "kernels/overlap_tensor.h"
#include "kernels/pair_batch.h"
#include "kernels/rescore.h"
#include "kernels/scoring/methods.h"
#include "kernels/top_k.h"
#include "perf/host/cuda/device_values.h"
#include "perf/host/cuda/search_data.h"

namespace qr::perf {

// top_k() of scores in device memory, with the memory that it needs.
template <class Score>
class DeviceBest {
  public:
    // `peaks` may be null.
    DeviceBest(const Score* scores, const Score* peaks, std::size_t rows, std::size_t columns,
               std::size_t k, device::Listing listing = device::Listing::best_first);
    void enqueue(cudaStream_t stream) const { require(device::top_k(task_, stream), "top_k"); }
    const unsigned* columns() const { return columns_.data(); }
    std::vector<unsigned> column_values() const { return columns_.values(); }
    std::vector<Score> score_values() const { return best_.values(); }

  private:
    DeviceValues<unsigned> columns_;
    DeviceValues<Score> best_;
    device::TopKTask<Score> task_;
    DeviceValues<unsigned char> workspace_;
};

// Tasks and their table, planned and copied once.
class DevicePlan {
  public:
    explicit DevicePlan(std::vector<device::PairTask> tasks);
    const device::PairBatch& batch() const { return batch_; }

  private:
    DeviceValues<device::PairTask> tasks_;
    DeviceValues<device::PairTable> table_;
    device::PairBatch batch_;
};

class ExactSearch {
  public:
    ExactSearch(const Vectors& vectors, std::size_t k);
    void overlap(cudaStream_t stream) const;
    void read_out(cudaStream_t stream) const;  // of signed_fidelity
    void top_k(cudaStream_t stream) const { best_.enqueue(stream); }
    Best best() const { return {best_.column_values(), best_.score_values()}; }

  private:
    DeviceValues<float> queries_, documents_;
    DeviceValues<double> query_norms2_, document_norms2_, pairs_;
    DeviceValues<unsigned> first_bad_row_;
    DevicePlan plan_;
    DeviceBest<double> best_;
};

class TwoStepSearch {
  public:
    // `kept` documents of each query are scored again; the collection is encoded here.
    TwoStepSearch(const Vectors& vectors, std::size_t k, std::size_t kept, cudaStream_t stream);
    void encode(cudaStream_t stream) const;         // the queries
    void overlap(cudaStream_t stream) const;        // with its peaks, by tensor cores
    void plain_overlap(cudaStream_t stream) const;  // overlap_matrix(): no part of the two steps
    void library_overlap(const cuda::Cublas& cublas) const;  // nor this
    void keep(cudaStream_t stream) const { kept_.enqueue(stream); }
    void rescore(cudaStream_t stream) const;
    void read_out(cudaStream_t stream) const;  // of signed_fidelity
    void top_k(cudaStream_t stream) const { best_.enqueue(stream); }
    Best best() const;

  private:
    // Rows of float32 and what encode() makes of them.
    struct Encoded {
        Encoded(const std::vector<float>& values, std::size_t count, std::size_t dimension);
        DeviceValues<float> rows;
        DeviceValues<std::uint16_t> states;
        DeviceValues<double> norms2;
        DeviceValues<float> residuals;
        DeviceValues<unsigned> first_bad_row;
        device::EncodeTask task;
    };
    std::vector<device::PairTask> lists() const;

    Shape shape_;
    std::size_t k_, kept_count_;
    Encoded queries_, documents_;
    DeviceValues<float> overlaps_, peaks_;
    device::MatrixTask matrix_;
    DeviceBest<float> kept_;
    DeviceValues<double> query_norms2_, kept_norms2_, kept_scores_;
    DeviceValues<unsigned> first_bad_row_;
    DevicePlan plan_;
    DeviceBest<double> best_;
};

}  // namespace qr::perf
