#include "perf/load/tally.h"

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

void StepTally::merge(const StepTally& other) {
    intended += other.intended;
    sent += other.sent;
    ok_within += other.ok_within;
    for (const auto& [status, count] : other.statuses)
        statuses[status] += count;
    refused_without_retry_after += other.refused_without_retry_after;
    for (std::size_t i = 0; i < kFailures; ++i)
        failures[i] += other.failures[i];
    ok_latency.merge(other.ok_latency);
    refused_latency.merge(other.refused_latency);
    other_latency.merge(other.other_latency);
    lag.merge(other.lag);
}

Tally::Tally(const Plan& plan) : steps_(plan.steps.size()), row_length_(plan.row) {
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

void Tally::sent(std::size_t step, Duration intended, Duration lag) {
    ++steps_.at(step).sent;
    steps_.at(step).lag.add(lag);
    if (Row* const row = row_at(intended)) ++row->sent;
}

void Tally::answered(std::size_t step, Duration intended, const Answer& answer) {
    StepTally& tally = steps_.at(step);
    Row* const row = row_at(intended);
    ++tally.statuses[answer.status];
    if (is_ok(answer.status)) {
        tally.ok_latency.add(answer.latency);
        if (row != nullptr) ++row->ok, row->ok_latency.add(answer.latency);
        const Duration now = intended + answer.latency;
        for (std::size_t i = step; i < steps_.size(); ++i) {
            if (now >= step_ends_[i]) continue;
            ++steps_[i].ok_within;
            break;
        }
    } else if (answer.status == kTooMany) {
        tally.refused_latency.add(answer.latency);
        if (!answer.has_retry_after) ++tally.refused_without_retry_after;
        if (row != nullptr) ++row->refused;
    } else {
        tally.other_latency.add(answer.latency);
        if (row != nullptr) ++row->other;
    }
}

void Tally::failed(std::size_t step, Duration intended, Failure failure, std::string_view why) {
    ++steps_.at(step).failures.at(static_cast<std::size_t>(failure));
    if (Row* const row = row_at(intended)) ++row->failed;
    examples_.try_emplace(failure, why);
}

StepTally Tally::total() const {
    StepTally total;
    for (const StepTally& step : steps_)
        total.merge(step);
    return total;
}

}  // namespace qr::load
