// Calls a backend that may hang, and waits for it no longer than told.
//
// The backend runs on threads of its own; a call that is given up keeps its thread, its copy of the
// batch (whose claims keep the vectors alive) and the backend until it returns, and what it returns
// then is thrown away. So a hung device costs one thread and never the caller. What it does not do:
// end a hung call, which no user program can, nor refuse further calls, which is the caller's
// decision.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "host/backend/fidelity_backend.h"
#include "host/base/clock.h"

namespace qr {

class TimedCalls {
  public:
    // `threads` >= 1: calls that run at once; further ones wait for a thread, within their time.
    // Throws std::system_error when the threads cannot be made.
    TimedCalls(std::shared_ptr<FidelityBackend> backend, std::size_t threads);
    // Joins the threads that are free and leaves those behind whose call hangs: they own all that
    // they touch, and end with their call or with the process. No score() may be under way.
    ~TimedCalls();
    TimedCalls(const TimedCalls&) = delete;
    TimedCalls& operator=(const TimedCalls&) = delete;

    // Empty: the backend has not answered within `timeout`. `out_of_memory` also when the batch
    // cannot be copied. Thread-safe.
    std::optional<Result<Scores>> score(const ScoreBatch& batch, Duration timeout);

    // Calls given up that the backend still has.
    std::size_t outstanding() const;

  private:
    struct Call;
    struct Worker;
    struct Shared;

    static void serve(const std::shared_ptr<Shared>& shared, Worker& worker);
    void stop();

    std::shared_ptr<Shared> shared_;
};

}  // namespace qr
