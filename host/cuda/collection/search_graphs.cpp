#include "host/cuda/collection/search_graphs.h"

#include <algorithm>
#include <utility>

#include "host/cuda/capture.h"
#include "host/cuda/status.h"

namespace qr::cuda {

Result<void> SearchGraphs::run(GraphForm form, cudaStream_t stream,
                               const std::function<Result<void>()>& enqueue) {
    Known* const known = find(form);
    if (known == nullptr) {
        remember(std::move(form));
    } else if (!known->graph && !known->is_refused) {
        Result<GraphExecutable> graph = capture(stream, enqueue);
        known->is_refused = !graph.ok();
        ++(graph.ok() ? captured_ : refused_);
        if (graph.ok()) known->graph = std::move(*graph);
    }
    if (known != nullptr && known->graph) {
        ++launched_;
        return checked("cudaGraphLaunch", cudaGraphLaunch(known->graph.get(), stream));
    }
    ++enqueued_;
    return enqueue();
}

GraphCounts SearchGraphs::counts() const {
    return {
        .captured = captured_, .launched = launched_, .enqueued = enqueued_, .refused = refused_};
}

SearchGraphs::Known* SearchGraphs::find(const GraphForm& form) {
    const auto found = std::ranges::find(known_, form, &Known::form);
    if (found == known_.end()) return nullptr;
    found->met_last = ++met_;
    return &*found;
}

void SearchGraphs::remember(GraphForm form) {
    if (known_.size() == forms_max_)
        known_.erase(std::ranges::min_element(known_, {}, &Known::met_last));
    known_.push_back(
        {.form = std::move(form), .graph = {}, .is_refused = false, .met_last = ++met_});
}

}  // namespace qr::cuda
