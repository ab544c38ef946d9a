#include "host/backend/timed_calls.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "host/base/check.h"

namespace qr {

struct TimedCalls::Call {
    explicit Call(const ScoreBatch& source) : batch(source) {}
    const ScoreBatch batch;
    std::condition_variable answered;
    std::optional<Result<Scores>> answer;
    bool is_given_up = false;
};

struct TimedCalls::Worker {
    std::thread thread;
    bool is_calling = false;
};

struct TimedCalls::Shared {
    explicit Shared(std::shared_ptr<FidelityBackend> b) : backend(std::move(b)) {}
    const std::shared_ptr<FidelityBackend> backend;
    std::mutex mutex;
    std::condition_variable posted;
    std::deque<std::shared_ptr<Call>> posts;  // as many as callers
    std::deque<Worker> workers;               // never moved: threads refer to their own
    std::size_t outstanding = 0;
    bool is_stopping = false;
};

TimedCalls::TimedCalls(std::shared_ptr<FidelityBackend> backend, std::size_t threads)
    : shared_(std::make_shared<Shared>(std::move(backend))) {
    QR_CHECK(threads >= 1);
    try {
        for (std::size_t i = 0; i < threads; ++i) {
            Worker& worker = shared_->workers.emplace_back();
            worker.thread = std::thread([shared = shared_, &worker] { serve(shared, worker); });
        }
    } catch (...) {
        stop();
        throw;
    }
}

TimedCalls::~TimedCalls() {
    stop();
}

void TimedCalls::stop() {
    std::vector<std::thread> free;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->is_stopping = true;
        for (Worker& worker : shared_->workers) {
            if (!worker.thread.joinable()) continue;
            if (worker.is_calling) {
                worker.thread.detach();
            } else {
                free.push_back(std::move(worker.thread));
            }
        }
    }
    shared_->posted.notify_all();
    for (std::thread& thread : free)
        thread.join();
}

void TimedCalls::serve(const std::shared_ptr<Shared>& shared, Worker& worker) {
    for (;;) {
        std::shared_ptr<Call> call;
        {
            std::unique_lock lock(shared->mutex);
            shared->posted.wait(lock,
                                [&] { return shared->is_stopping || !shared->posts.empty(); });
            if (shared->is_stopping) return;
            call = std::move(shared->posts.front());
            shared->posts.pop_front();
            worker.is_calling = true;
        }
        Result<Scores> answer = shared->backend->score(call->batch);
        const std::lock_guard lock(shared->mutex);
        worker.is_calling = false;
        if (call->is_given_up) {
            --shared->outstanding;
        } else {
            call->answer.emplace(std::move(answer));
            call->answered.notify_one();
        }
    }
}

std::optional<Result<Scores>> TimedCalls::score(const ScoreBatch& batch, Duration timeout) {
    std::shared_ptr<Call> call;
    try {
        call = std::make_shared<Call>(batch);
        const std::lock_guard lock(shared_->mutex);
        shared_->posts.push_back(call);
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "no memory for a copy of the batch"};
    }
    shared_->posted.notify_one();
    std::unique_lock lock(shared_->mutex);
    if (call->answered.wait_for(lock, timeout, [&] { return call->answer.has_value(); }))
        return std::move(call->answer);
    call->is_given_up = true;
    if (std::erase(shared_->posts, call) == 0) ++shared_->outstanding;
    return std::nullopt;
}

std::size_t TimedCalls::outstanding() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->outstanding;
}

}  // namespace qr
