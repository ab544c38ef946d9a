#include "host/base/model_statistics.h"

namespace qr {

void ModelStatistics::Counter::add(Duration duration) {
    const auto count = std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
    nanoseconds_.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
    count_.fetch_add(1, std::memory_order_relaxed);
}

ModelStatistics::Figure ModelStatistics::Counter::figure() const {
    return {.count = count_.load(std::memory_order_relaxed),
            .nanoseconds = nanoseconds_.load(std::memory_order_relaxed)};
}

void ModelStatistics::succeeded(const InferenceTimes& times, WallTime now) {
    queue_.add(times.queue);
    input_.add(times.input);
    compute_.add(times.compute);
    output_.add(times.output);
    success_.add(times.total);
    note(now);
}

void ModelStatistics::failed(Duration total, WallTime now) {
    fail_.add(total);
    note(now);
}

void ModelStatistics::note(WallTime now) {
    const auto since_1970 = now.time_since_epoch();
    last_ms_.store(std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count(),
                   std::memory_order_relaxed);
}

ModelStatistics::Figures ModelStatistics::figures() const {
    return {.success = success_.figure(),
            .fail = fail_.figure(),
            .queue = queue_.figure(),
            .input = input_.figure(),
            .compute = compute_.figure(),
            .output = output_.figure(),
            .last_ms = last_ms_.load(std::memory_order_relaxed)};
}

}  // namespace qr
