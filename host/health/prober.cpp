#include "host/health/prober.h"

#include <utility>

namespace qr {

void Bell::ring() {
    {
        const std::lock_guard lock(mutex_);
        is_rung_ = true;
    }
    rung_.notify_one();
}

void Bell::await(Duration patience) {
    std::unique_lock lock(mutex_);
    rung_.wait_for(lock, patience, [this] { return is_rung_; });
    is_rung_ = false;
}

struct Prober::Shared {
    Shared(std::shared_ptr<FidelityBackend> b, const Clock& c, Duration i, std::shared_ptr<Bell> r)
        : backend(std::move(b)), clock(c), interval(i), bell(std::move(r)) {}
    const std::shared_ptr<FidelityBackend> backend;
    const Clock& clock;  // not to be asked once is_stopping
    const Duration interval;
    const std::shared_ptr<Bell> bell;
    std::mutex mutex;
    std::condition_variable changed;
    bool is_stopping = false;
    News news;
};

Prober::Prober(std::shared_ptr<FidelityBackend> backend, const Clock& clock, Duration interval,
               std::shared_ptr<Bell> bell)
    : shared_(std::make_shared<Shared>(std::move(backend), clock, interval, std::move(bell))),
      thread_([shared = shared_] { run(shared); }) {}

Prober::~Prober() {
    bool has_returned = false;
    {
        std::unique_lock lock(shared_->mutex);
        shared_->is_stopping = true;
        shared_->changed.notify_all();
        has_returned = shared_->changed.wait_for(
            lock, kReturnMax, [this] { return !shared_->news.out_since.has_value(); });
    }
    if (has_returned) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

Prober::News Prober::take() {
    const std::lock_guard lock(shared_->mutex);
    News news{.results = {}, .out_since = shared_->news.out_since};
    news.results.swap(shared_->news.results);
    return news;
}

void Prober::run(const std::shared_ptr<Shared>& shared) {
    bool is_calm = false;  // the latest canary passed
    std::unique_lock lock(shared->mutex);
    while (!shared->is_stopping) {
        shared->news.out_since = shared->clock.now();
        lock.unlock();
        CanaryResult result = run_canary(*shared->backend);
        const bool is_passed = result.outcome == CanaryOutcome::passed;
        const bool is_news = !is_passed || !is_calm;
        is_calm = is_passed;
        lock.lock();
        News& news = shared->news;
        news.out_since.reset();
        shared->changed.notify_all();
        if (shared->is_stopping) return;
        if (news.results.size() == kResultsMax) news.results.erase(news.results.begin());
        news.results.push_back({std::move(result), shared->clock.now()});
        lock.unlock();
        if (is_news) shared->bell->ring();
        lock.lock();
        shared->changed.wait_for(lock, shared->interval, [&] { return shared->is_stopping; });
    }
}

}  // namespace qr
