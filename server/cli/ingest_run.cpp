#include "server/cli/ingest_run.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "server/cli/server_url.h"

namespace qr::cli {
namespace {

constexpr std::chrono::milliseconds kFirstWait{100};
constexpr std::chrono::milliseconds kLongestWait{10'000};
// A server that asks for longer is asked in between, so that its end is noticed.
constexpr std::chrono::milliseconds kLongestAsked{300'000};
constexpr long kOk = 200;
constexpr long kFull = 429;
constexpr long kAway = 503;

HttpCall call_of(const IngestTarget& target, IngestBatch& batch) {
    HttpCall call{.url = target.url,
                  .fields = target.fields,
                  .body = std::move(batch.body),
                  .timeout = target.timeout};
    call.fields.push_back("Content-Type: " + batch.content_type);
    // libcurl would ask for leave first, a round trip that helps nobody here.
    call.fields.push_back("Expect:");
    if (batch.header_length) {
        call.fields.push_back("Inference-Header-Content-Length: " +
                              std::to_string(*batch.header_length));
    }
    return call;
}

class Sending {
  public:
    Sending(IngestBatches& batches, const IngestTarget& target, const IngestLimits& limits,
            IngestPlace begin, const std::function<Result<void>(const IngestPlace&)>& on_place)
        : batches_(batches),
          target_(target),
          limits_(limits),
          on_place_(on_place),
          acknowledged_(begin) {}

    // A connection's work, until the file or the patience ends.
    void work() {
        std::mt19937_64 random(std::random_device{}());
        while (std::optional<Numbered> next = take()) {
            const Result<void> sent = send(next->batch, random);
            if (!sent.ok()) return fail(sent.error());
            acknowledge(*next);
        }
    }

    Result<void> result() const { return failure_ ? Result<void>(*failure_) : Result<void>(); }

  private:
    struct Numbered {
        std::uint64_t number;
        IngestBatch batch;
    };

    std::optional<Numbered> take() {
        const std::lock_guard lock(mutex_);
        if (failure_) return std::nullopt;
        Result<std::optional<IngestBatch>> batch = batches_.next();
        if (!batch.ok()) {
            failure_ = batch.error();
            return std::nullopt;
        }
        if (!batch->has_value()) return std::nullopt;
        return Numbered{taken_++, std::move(**batch)};
    }

    Result<void> send(IngestBatch& batch, std::mt19937_64& random) const {
        const HttpCall call = call_of(target_, batch);
        std::uniform_real_distribution<double> share(0, 1);
        for (std::size_t attempt = 1;; ++attempt) {
            const Result<HttpAnswer> answer = exchange(call);
            if (answer.ok() && answer->status == kOk) return {};
            if (!is_passing(answer)) {
                return Error{.code = Code::internal,
                             .message = failure_text(answer->status, answer->body)};
            }
            if (attempt == limits_.attempts) {
                return Error{.code = Code::unavailable,
                             .message = answer.ok() ? failure_text(answer->status, answer->body)
                                                    : answer.error().message};
            }
            const auto asked = answer.ok() ? answer->retry_after : std::nullopt;
            limits_.wait(wait_before(attempt + 1, share(random), asked));
        }
    }

    void acknowledge(const Numbered& sent) {
        const std::lock_guard lock(mutex_);
        if (!acknowledged_.acknowledge(sent.number, sent.batch.end, sent.batch.documents)) return;
        const Result<void> noted = on_place_(acknowledged_.place());
        if (!noted.ok() && !failure_) failure_ = noted.error();
    }

    void fail(const Error& error) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = error;
    }

    IngestBatches& batches_;
    const IngestTarget& target_;
    const IngestLimits& limits_;
    const std::function<Result<void>(const IngestPlace&)>& on_place_;
    std::mutex mutex_;
    AcknowledgedBatches acknowledged_;
    std::uint64_t taken_ = 0;
    std::optional<Error> failure_;
};

}  // namespace

std::chrono::milliseconds wait_before(std::size_t next, double random,
                                      std::optional<std::chrono::milliseconds> asked) {
    constexpr std::size_t kDoublingsMax = 10;
    const auto doubled = kFirstWait * (1LL << std::min(next - 2, kDoublingsMax));
    const auto longest = std::min<std::chrono::milliseconds>(doubled, kLongestWait);
    const auto some_of = [random](std::chrono::milliseconds time) {
        return std::chrono::milliseconds(
            static_cast<long>(random * static_cast<double>(time.count())));
    };
    const auto own = longest / 2 + some_of(longest / 2);
    if (!asked) return own;
    // Clients that were sent away together are not to return together.
    return std::max(own, std::min(*asked, kLongestAsked) + some_of(kFirstWait));
}

bool is_passing(const Result<HttpAnswer>& answer) {
    return !answer.ok() || answer->status == kFull || answer->status == kAway;
}

Result<void> send_batches(IngestBatches& batches, const IngestTarget& target,
                          const IngestLimits& limits, IngestPlace begin,
                          const std::function<Result<void>(const IngestPlace&)>& on_place) {
    Sending sending(batches, target, limits, begin, on_place);
    std::vector<std::thread> connections;
    for (std::size_t i = 0; i < limits.connections; ++i)
        connections.emplace_back([&sending] { sending.work(); });
    for (std::thread& connection : connections)
        connection.join();
    return sending.result();
}

}  // namespace qr::cli
