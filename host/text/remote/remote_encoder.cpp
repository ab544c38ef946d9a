#include "host/text/remote/remote_encoder.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "host/base/misfit.h"
#include "host/encoding/digest.h"
#include "host/text/remote/call_desk.h"
#include "host/text/remote/embedding_request.h"
#include "host/text/remote/http_pool.h"
#include "host/text/remote/vector_cache.h"

namespace qr {
namespace {

constexpr Duration kForever = std::chrono::minutes(1);  // between looks at an idle desk

EncodedTexts assemble(const JobVectors& found, BufferPool& buffers) {
    const std::size_t dimension = found.vectors.front()->values.size();
    const std::size_t bytes = dimension * sizeof(float);
    EncodedTexts made{.rows = buffers.take(found.vectors.size() * bytes, BufferUse::vectors),
                      .dimension = dimension,
                      .waited = found.waited,
                      .encoded = found.encoded};
    std::byte* out = made.rows.data();
    for (const SharedVector& vector : found.vectors) {
        std::memcpy(out, vector->values.data(), bytes);
        out += bytes;
        made.tokens += vector->tokens;
    }
    return made;
}

bool is_field_value(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Error wrong(const std::string& what, const std::string& found, const std::string& allowed) {
    return misfit_error(Code::invalid, "encoder " + what, found, allowed);
}

Result<void> check(const RemoteEncoderOptions& options) {
    if (auto url = check_service_url(options.url); !url) return url;
    if (!is_field_value(options.api_key))
        return wrong("key", "a character that no header takes", "visible ASCII characters");
    if (options.connections_max == 0) return wrong("connections", "0", "1 or more");
    if (options.timeout < std::chrono::milliseconds(1))
        return wrong("timeout", "less than 1 ms", "1 ms or more");
    if (options.dimensions > kRemoteDimensionMax)
        return wrong("dimensions", std::to_string(options.dimensions),
                     "0.." + std::to_string(kRemoteDimensionMax));
    return {};
}

}  // namespace

class RemoteEncoder::Impl {
  public:
    Impl(const RemoteEncoderOptions& options, const Clock& clock, BufferPool& buffers,
         std::unique_ptr<HttpPool> pool)
        : options_(options),
          clock_(clock),
          buffers_(buffers),
          cache_(options.cache_bytes_max),
          desk_(options_, cache_, std::random_device{}()),
          pool_(std::move(pool)),
          thread_([this] { run(); }) {}

    EncoderInfo info() const {
        const std::string dimensions = std::to_string(options_.dimensions);
        EncoderInfo info{.kind = "remote",
                         .digest = sha256_of_parts(std::vector<std::string_view>{
                             "remote", options_.url, options_.model, dimensions,
                             options_.query_prefix, options_.document_prefix})};
        const std::lock_guard lock(mutex_);
        info.name = options_.model.empty() ? desk_.service().model : options_.model;
        if (info.name.empty()) info.name = "remote";
        info.dimension = desk_.dimension();
        info.tokens_max = desk_.service().tokens_max;
        return info;
    }

    void encode(EncoderJob job) {
        const std::vector<AskedText> asked = look_up(job);
        std::vector<AnsweredJob> answers;
        {
            const std::lock_guard lock(mutex_);
            desk_.admit(std::move(job), asked, clock_.now());
            answers = desk_.take_answers();
        }
        if (answers.empty()) pool_->wake();
        deliver(std::move(answers));
    }

    void stop() {
        const std::lock_guard one_at_a_time(stop_mutex_);
        if (!thread_.joinable()) return;
        is_stopping_.store(true);
        pool_->wake();
        thread_.join();
    }

    RemoteEncoderFigures figures() const {
        RemoteEncoderFigures figures;
        {
            const std::lock_guard lock(mutex_);
            figures = desk_.figures();
        }
        figures.connections = connections_.load(std::memory_order_relaxed);
        figures.cache = cache_.figures();
        return figures;
    }

  private:
    std::vector<AskedText> look_up(const EncoderJob& job) {
        std::vector<AskedText> asked;
        asked.reserve(job.inputs.size());
        for (const EncoderInput& input : job.inputs) {
            std::string key = VectorCache::key_of(prefix_of(options_, input.role), input.text);
            SharedVector vector = cache_.find(key);
            asked.push_back({.key = std::move(key), .vector = std::move(vector)});
        }
        return asked;
    }

    void run() {
        while (!is_stopping_.load()) {
            const Duration pause = send_calls();
            for (HttpPool::Finished& finished : pool_->wait(pause))
                take(std::move(finished));
        }
        deliver(under_lock([this](TimePoint) { desk_.stop(); }));
    }

    // How long nothing needs to be done.
    Duration send_calls() {
        std::vector<CallDesk::Outgoing> calls;
        Duration pause = kForever;
        deliver(under_lock([&](TimePoint now) {
            while (auto call = desk_.begin(now))
                calls.push_back(*std::move(call));
            if (const auto next = desk_.next_event()) pause = *next - now;
        }));
        for (CallDesk::Outgoing& outgoing : calls) {
            pool_->start(outgoing.id, std::move(outgoing.call.http));
            under_way_.emplace(outgoing.id, std::move(outgoing.call));
        }
        return pause;
    }

    // Reading an answer takes milliseconds when it is large: not under the lock.
    void take(HttpPool::Finished finished) {
        const auto place = under_way_.find(finished.id);
        CallOutcome outcome = outcome_of(place->second, finished.answer, options_.api_key);
        under_way_.erase(place);
        connections_.fetch_add(finished.connections, std::memory_order_relaxed);
        deliver(
            under_lock([&](TimePoint now) { desk_.end(finished.id, std::move(outcome), now); }));
    }

    template <class Change>
    std::vector<AnsweredJob> under_lock(const Change& change) {
        const std::lock_guard lock(mutex_);
        change(clock_.now());
        return desk_.take_answers();
    }

    void deliver(std::vector<AnsweredJob> answers) {
        for (AnsweredJob& answer : answers) {
            if (answer.result) {
                answer.job.reply.deliver(assemble(*answer.result, buffers_));
            } else {
                answer.job.reply.deliver(std::move(answer.result).error());
            }
        }
    }

    const RemoteEncoderOptions options_;
    const Clock& clock_;
    BufferPool& buffers_;
    VectorCache cache_;
    mutable std::mutex mutex_;  // of desk_
    CallDesk desk_;
    const std::unique_ptr<HttpPool> pool_;
    std::map<CallDesk::CallId, ServiceCall> under_way_;  // the thread's
    std::atomic<std::uint64_t> connections_{0};
    std::atomic<bool> is_stopping_{false};
    std::mutex stop_mutex_;
    std::thread thread_;
};

RemoteEncoder::RemoteEncoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RemoteEncoder::~RemoteEncoder() {
    impl_->stop();
}

Result<std::unique_ptr<RemoteEncoder>> RemoteEncoder::make(const RemoteEncoderOptions& options,
                                                           const Clock& clock,
                                                           BufferPool& buffers) {
    if (auto checked = check(options); !checked) return std::move(checked).error();
    auto pool = HttpPool::make(
        {.connections_max = options.connections_max, .authorities_file = options.authorities_file});
    if (!pool) return std::move(pool).error();
    return std::unique_ptr<RemoteEncoder>(
        new RemoteEncoder(std::make_unique<Impl>(options, clock, buffers, std::move(*pool))));
}

EncoderInfo RemoteEncoder::info() const {
    return impl_->info();
}

void RemoteEncoder::encode(EncoderJob job) {
    impl_->encode(std::move(job));
}

void RemoteEncoder::stop() {
    impl_->stop();
}

RemoteEncoderFigures RemoteEncoder::figures() const {
    return impl_->figures();
}

EncoderFigures RemoteEncoder::totals() const {
    const RemoteEncoderFigures all = figures();
    return {
        .calls = all.calls,
        .failed_calls = std::accumulate(all.failures.begin(), all.failures.end(), std::uint64_t{0}),
        .repeated_calls = all.retries,
        .cache_hits = all.cache.hits,
        .cache_misses = all.cache.misses,
        .cache_bytes = all.cache.bytes,
        .waiting_texts = all.waiting_texts,
        .is_shut_off = all.breaker == BreakerState::open};
}

}  // namespace qr
