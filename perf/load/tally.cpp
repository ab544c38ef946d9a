#include "perf/load/tally.h"

#include <numeric>

#include "host/base/narrow.h"

namespace qr::load {
namespace {

constexpr int kTooMany = 429;

bool is_ok(int status) {
    return status >= 200 && status < 300;
}

}  // namespace

std::string_view to_string(Failure failure) {
    switch (failure) {
        case Failure::connect:
            return "connect";
        case Failure::handshake:
            return "handshake";
        case Failure::stale:
            return "stale";
        case Failure::closed:
            return "closed";
        case Failure::reset:
            return "reset";
        case Failure::timeout:
            return "timeout";
        case Failure::unsent:
            return "unsent";
        case Failure::half_answer:
            return "half_answer";
        case Failure::malformed:
            break;
    }
    return "malformed";
}

std::uint64_t Counts::failed() const {
    return std::accumulate(failures.begin(), failures.end(), std::uint64_t{0});
}

Tally::Tally(const Plan& plan)
    : steps_(plan.steps.size()), requests_(plan.requests.size()), row_length_(plan.row) {
    Duration end{};
    for (const Step& step : plan.steps)
        step_ends_.push_back(end += step.length);
    if (row_length_ > Duration::zero())
        rows_.resize(narrow<std::size_t>((end + row_length_ - Duration(1)) / row_length_));
}

Row* Tally::row_at(Duration time) {
    if (rows_.empty()) return nullptr;
    const auto index = narrow<std::size_t>(time / row_length_);
    return index < rows_.size() ? &rows_[index] : nullptr;
}

std::array<Counts*, 3> Tally::counts_of(const Ask& ask) {
    return {&total_, &steps_.at(ask.step), &requests_.at(ask.request)};
}

void Tally::intended(const Ask& ask) {
    if (!ask.is_counted()) return;
    for (Counts* const counts : counts_of(ask))
        ++counts->intended;
}

void Tally::sent(const Ask& ask, Duration lag) {
    if (!ask.is_counted()) return;
    for (Counts* const counts : counts_of(ask)) {
        ++counts->sent;
        counts->lag.add(lag);
    }
    if (Row* const row = row_at(ask.intended)) ++row->sent;
}

void Tally::answered(const Ask& ask, const Answer& answer) {
    if (!ask.is_counted()) return;
    const bool is_refused = answer.status == kTooMany;
    for (Counts* const counts : counts_of(ask)) {
        ++counts->statuses[answer.status];
        Histogram& latency = is_ok(answer.status) ? counts->ok_latency
                             : is_refused         ? counts->refused_latency
                                                  : counts->other_latency;
        latency.add(answer.latency);
        if (is_refused && !answer.has_retry_after) ++counts->refused_without_retry_after;
    }
    if (is_ok(answer.status)) arrived(ask, ask.intended + answer.latency);
    Row* const row = row_at(ask.intended);
    if (row == nullptr) return;
    ++(is_ok(answer.status) ? row->ok : is_refused ? row->refused : row->other);
    if (is_ok(answer.status)) row->ok_latency.add(answer.latency);
}

void Tally::arrived(const Ask& ask, Duration now) {
    for (std::size_t i = ask.step; i < steps_.size(); ++i) {
        if (now >= step_ends_[i]) continue;
        for (Counts* const counts : {&total_, &steps_[i], &requests_[ask.request]})
            ++counts->ok_within;
        return;
    }
}

void Tally::failed(const Ask& ask, Failure failure, std::string_view why) {
    if (!ask.is_counted()) return;
    for (Counts* const counts : counts_of(ask))
        ++counts->failures.at(static_cast<std::size_t>(failure));
    if (Row* const row = row_at(ask.intended)) ++row->failed;
    examples_.try_emplace(failure, why);
}

}  // namespace qr::load
