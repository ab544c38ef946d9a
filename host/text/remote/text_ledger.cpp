#include "host/text/remote/text_ledger.h"

#include <algorithm>
#include <iterator>

#include "host/base/check.h"

namespace qr {
namespace {

bool is_abandoned(const EncoderJob& job) {
    return job.is_abandoned != nullptr && job.is_abandoned->load(std::memory_order_relaxed);
}

Error too_late() {
    return {.code = Code::deadline_exceeded,
            .message = "the deadline passed before the encoder had answered"};
}

}  // namespace

void TextLedger::add(EncoderJob job, const std::vector<AskedText>& asked, TimePoint now) {
    QR_CHECK(asked.size() == job.inputs.size());
    const JobNumber number = ++last_;
    const auto place = jobs_.emplace(number, Job{.job = std::move(job), .arrived = now}).first;
    Job& added = place->second;
    added.vectors.resize(asked.size());
    added.awaited.resize(asked.size());
    for (std::size_t input = 0; input < asked.size(); ++input) {
        added.vectors[input] = asked[input].vector;
        if (added.vectors[input] == nullptr) await(number, added, input, asked[input].key, now);
    }
    if (added.job.deadline) deadlines_.emplace(*added.job.deadline, number);
    if (added.missing == 0) complete(place, now);
}

void TextLedger::await(JobNumber number, Job& job, std::size_t input, const std::string& key,
                       TimePoint now) {
    Text& text = text_of(key);
    text.waiters.push_back({.job = number, .input = input});
    job.awaited[input] = &text;
    ++job.missing;
    if (!text.is_queued && !job.left) job.left = now;
}

TextLedger::Text& TextLedger::text_of(const std::string& key) {
    if (const auto found = index_.find(key); found != index_.end()) return *found->second;
    const auto text = queue_.insert(queue_.end(), Text{.key = key});
    index_.emplace(text->key, text);
    return *text;
}

void TextLedger::refuse(EncoderJob job, Error error) {
    answers_.push_back({.job = std::move(job), .result = std::move(error)});
}

std::size_t TextLedger::new_texts(const std::vector<AskedText>& asked) const {
    return static_cast<std::size_t>(std::ranges::count_if(asked, [this](const AskedText& text) {
        return text.vector == nullptr && !index_.contains(text.key);
    }));
}

TextLedger::Texts TextLedger::take(TakeLimits limits, TimePoint now) {
    Texts taken;
    std::size_t bytes = 0;
    while (!queue_.empty() && taken.size() < limits.texts) {
        if (drop_abandoned(queue_.front())) continue;  // and with it, perhaps, the text
        Text& text = queue_.front();
        const Waiter first = text.waiters.front();
        bytes += jobs_.at(first.job).job.inputs[first.input].text.size();
        if (!taken.empty() && bytes > limits.bytes) break;
        text.is_queued = false;
        for (const Waiter& waiter : text.waiters) {
            Job& job = jobs_.at(waiter.job);
            job.left = job.left.value_or(now);
        }
        taken.splice(taken.end(), queue_, queue_.begin());
    }
    return taken;
}

// True when a job was answered; the text may be gone then.
bool TextLedger::drop_abandoned(const Text& text) {
    for (const Waiter& waiter : text.waiters) {
        if (!is_abandoned(jobs_.at(waiter.job).job)) continue;
        fail_job(waiter.job, {.code = Code::cancelled, .message = "the client has left"});
        return true;
    }
    return false;
}

void TextLedger::prune(Texts& texts) {
    for (const Text& text : texts) {
        while (drop_abandoned(text)) {
        }
    }
    std::erase_if(texts, [this](const Text& text) {
        if (!text.waiters.empty()) return false;
        index_.erase(text.key);
        return true;
    });
}

void TextLedger::put_back(Texts texts) {
    prune(texts);
    for (Text& text : texts)
        text.is_queued = true;
    queue_.splice(queue_.begin(), texts);
}

std::vector<EncoderInput> TextLedger::inputs_of(const Texts& texts) const {
    std::vector<EncoderInput> inputs;
    inputs.reserve(texts.size());
    for (const Text& text : texts) {
        const Waiter& first = text.waiters.front();
        inputs.push_back(jobs_.at(first.job).job.inputs[first.input]);
    }
    return inputs;
}

std::vector<TextLedger::JobNumber> TextLedger::jobs_of(const Texts& texts) const {
    std::set<JobNumber> jobs;
    for (const Text& text : texts) {
        for (const Waiter& waiter : text.waiters)
            jobs.insert(waiter.job);
    }
    return {jobs.begin(), jobs.end()};
}

std::optional<TimePoint> TextLedger::latest_deadline(const Texts& texts) const {
    std::optional<TimePoint> latest;
    for (const JobNumber number : jobs_of(texts)) {
        const std::optional<TimePoint> deadline = jobs_.at(number).job.deadline;
        if (!deadline) return std::nullopt;
        latest = std::max(latest.value_or(*deadline), *deadline);
    }
    return latest;
}

void TextLedger::deliver(Texts texts, std::span<const SharedVector> vectors, TimePoint now) {
    QR_CHECK(texts.size() == vectors.size());
    auto vector = vectors.begin();
    for (Text& text : texts) {
        for (const Waiter& waiter : std::exchange(text.waiters, {}))
            hand_over(waiter, *vector, now);
        ++vector;
    }
    forget(texts);
}

void TextLedger::hand_over(Waiter waiter, const SharedVector& vector, TimePoint now) {
    const auto place = jobs_.find(waiter.job);
    Job& job = place->second;
    job.vectors[waiter.input] = vector;
    job.awaited[waiter.input] = nullptr;
    if (--job.missing == 0) complete(place, now);
}

void TextLedger::complete(Jobs::iterator place, TimePoint now) {
    Job& job = place->second;
    const TimePoint left = job.left.value_or(now);
    answers_.push_back({.job = std::move(job.job),
                        .result = JobVectors{.vectors = std::move(job.vectors),
                                             .waited = left - job.arrived,
                                             .encoded = now - left}});
    if (answers_.back().job.deadline)
        deadlines_.erase({*answers_.back().job.deadline, place->first});
    jobs_.erase(place);
}

void TextLedger::forget(const Texts& texts) {
    for (const Text& text : texts)
        index_.erase(text.key);
}

void TextLedger::fail(Texts texts, const Error& error) {
    for (const JobNumber job : jobs_of(texts))
        fail_job(job, error);
    forget(texts);
}

void TextLedger::fail_job(JobNumber number, Error error) {
    const auto place = jobs_.find(number);
    if (place == jobs_.end()) return;
    Job& job = place->second;
    for (std::size_t input = 0; input < job.awaited.size(); ++input) {
        if (job.awaited[input] != nullptr)
            stop_waiting({.job = number, .input = input}, *job.awaited[input]);
    }
    if (job.job.deadline) deadlines_.erase({*job.job.deadline, number});
    refuse(std::move(job.job), std::move(error));
    jobs_.erase(place);
}

// A queued text that nobody waits for any more is gone then.
void TextLedger::stop_waiting(Waiter waiter, Text& text) {
    std::erase_if(text.waiters, [&waiter](const Waiter& other) {
        return other.job == waiter.job && other.input == waiter.input;
    });
    if (!text.waiters.empty() || !text.is_queued) return;
    const auto found = index_.find(text.key);
    const Texts::iterator place = found->second;
    index_.erase(found);
    queue_.erase(place);
}

void TextLedger::fail_due(const Texts& texts, TimePoint until, const Error& error) {
    for (const JobNumber number : jobs_of(texts)) {
        const std::optional<TimePoint> deadline = jobs_.at(number).job.deadline;
        if (deadline && *deadline <= until) fail_job(number, error);
    }
}

void TextLedger::fail_queued(const Error& error) {
    while (!queue_.empty())
        fail_job(queue_.front().waiters.front().job, error);
}

void TextLedger::fail_all(const Error& error) {
    while (!jobs_.empty())
        fail_job(jobs_.begin()->first, error);
}

void TextLedger::expire(TimePoint now) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now)
        fail_job(deadlines_.begin()->second, too_late());
}

std::optional<TimePoint> TextLedger::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

}  // namespace qr
