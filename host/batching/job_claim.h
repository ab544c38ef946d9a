// What a job's slices share with the backend: its vectors, and whether anybody still wants scores.
//
// Knows no clock: whoever finds the deadline passed (the clerk, a lane about to take the job) says
// so once, and the question that a backend asks between tiles stays one atomic load.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "host/backend/fidelity_backend.h"
#include "host/base/error.h"

namespace qr {

class JobClaim final : public Claim {
  public:
    explicit JobClaim(std::shared_ptr<const void> vectors) : vectors_(std::move(vectors)) {}

    bool is_dropped() const noexcept override { return dropped_.load(std::memory_order_relaxed); }
    // Whether the views stay valid after the job was answered, because the claim owns their bytes.
    bool keeps_vectors() const noexcept { return vectors_ != nullptr; }

    // Under the batcher's lock: the first reason stays.
    void drop(Code why) noexcept {
        if (why_) return;
        why_ = why;
        dropped_.store(true, std::memory_order_relaxed);
    }
    std::optional<Code> why_dropped() const noexcept { return why_; }

  private:
    const std::shared_ptr<const void> vectors_;
    std::optional<Code> why_;
    std::atomic<bool> dropped_{false};
};

}  // namespace qr
