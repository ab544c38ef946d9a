// Searches as graphs: what a lane enqueues for one is captured, and replayed in one launch for
// every later one of the same form.
//
// A form is all that fixes the sequence of launches and their arguments: a bucket of queries, the
// dimension, types, and the tiles that the table's segments make. What else differs between
// searches stands in device memory (DeferredTask). A form that is met for the first time is
// enqueued: that loads its kernels, which a capture could not, and a form met once costs no graph.
// A capture that fails costs speed alone: the form is enqueued from then on. One thread at a time;
// the stream is idle between calls.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "host/cuda/handles.h"
#include "kernels/ingest.h"
#include "kernels/rank.h"
#include "kernels/storage.h"

namespace qr::cuda {

// A tile as a graph knows it. By cuBLAS, whose arguments cannot be deferred: its very rows.
struct GraphTile {
    std::size_t rows = 0;  // the most that it has
    const void* begin = nullptr;
    friend bool operator==(const GraphTile&, const GraphTile&) = default;
};

struct GraphForm {
    std::size_t queries = 0, wanted = 0;  // of PassShape
    std::size_t dimension = 0;
    device::Storage storage = device::Storage::float32;
    device::Storage scan_type = device::Storage::float16;
    device::ScanKind kind = device::ScanKind::unit_rows;
    device::Rank peak_rank = device::Rank::by_score;
    bool reads_lengths = false;
    std::vector<GraphTile> tiles;
    friend bool operator==(const GraphForm&, const GraphForm&) = default;
};

struct GraphCounts {
    std::uint64_t captured = 0;
    std::uint64_t launched = 0;  // searches by a graph
    std::uint64_t enqueued = 0;  // searches whose form had none yet
    std::uint64_t refused = 0;   // captures that failed
};

class SearchGraphs {
  public:
    // Keeps at most so many forms, those that were met last.
    explicit SearchGraphs(std::size_t forms_max) : forms_max_(forms_max) {}

    bool is_wanted() const { return forms_max_ > 0; }
    // Enqueues on the stream what `enqueue` does.
    Result<void> run(GraphForm form, cudaStream_t stream,
                     const std::function<Result<void>()>& enqueue);
    // From any thread.
    GraphCounts counts() const;

  private:
    struct Known {
        GraphForm form;
        GraphExecutable graph;
        bool is_refused = false;
        std::uint64_t met_last = 0;
    };
    Known* find(const GraphForm& form);
    void remember(GraphForm form);

    const std::size_t forms_max_;
    std::vector<Known> known_;
    std::uint64_t met_ = 0;
    std::atomic<std::uint64_t> captured_{0}, launched_{0}, enqueued_{0}, refused_{0};
};

}  // namespace qr::cuda
