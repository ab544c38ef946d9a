// What is enqueued on a stream, once, as a graph that does it any number of times in one launch.
#pragma once

#include <functional>

#include "host/cuda/handles.h"

namespace qr::cuda {

// Nothing of what `enqueue` enqueues runs. Other threads go on allocating and launching meanwhile.
// The stream is out of capture afterwards, whatever happened. Errors: those of `enqueue`; those of
// the runtime.
Result<GraphExecutable> capture(cudaStream_t stream, const std::function<Result<void>()>& enqueue);

}  // namespace qr::cuda
