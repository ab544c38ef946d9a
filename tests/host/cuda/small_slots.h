// The smallest slots that fit every pair: a batch of some thousand rows takes many of them.
#pragma once

#include "host/cuda/batch_plan.h"

namespace qr::cuda {

inline constexpr ChunkLimits kSmallSlots = {.vector_bytes = std::size_t{512} << 10,
                                            .pairs = 4096,
                                            .rows = 2048,
                                            .tasks = 16,
                                            .multiply_adds = std::size_t{1} << 20};
static_assert(kSmallSlots.fit_any_pair());

}  // namespace qr::cuda
