#include "host/text/static_encoder.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "host/base/check.h"

namespace qr {
namespace {

std::size_t cost_of(const EncoderInput& input) {
    return input.text.size() + StaticEncoder::kTextCost;
}

std::size_t cost_of(const EncoderJob& job) {
    std::size_t cost = 0;
    for (const EncoderInput& input : job.inputs)
        cost += cost_of(input);
    return cost;
}

Error stopped() {
    return Error{.code = Code::unavailable, .message = "the encoder is stopping"};
}

}  // namespace

// A job on its way. What its slices change is guarded by the encoder's mutex.
struct StaticEncoder::Work {
    explicit Work(EncoderJob taken) : job(std::move(taken)) {}

    bool is_done() const { return next == job.inputs.size() && running == 0; }

    EncoderJob job;
    TimePoint arrived;
    std::optional<TimePoint> begun;
    std::size_t next = 0;     // input that no slice has
    std::size_t running = 0;  // slices
    std::optional<Error> fault;
    EncodedTexts texts;
};

struct StaticEncoder::Slice {
    std::size_t first = 0;  // inputs
    std::size_t stop = 0;
    std::size_t tokens = 0;
    std::vector<std::size_t> unknown;
};

StaticEncoder::StaticEncoder(TextVectors vectors, BufferPool& buffers, const Clock& clock,
                             const StaticEncoderOptions& options)
    : vectors_(std::move(vectors)), buffers_(buffers), clock_(clock), options_(options) {
    QR_CHECK(options.threads > 0);
    for (std::size_t i = 0; i < options.threads; ++i)
        threads_.emplace_back([this] { run(); });
}

StaticEncoder::~StaticEncoder() {
    stop();
}

EncoderInfo StaticEncoder::info() const {
    const Model2Vec& model = vectors_.model();
    return {.name = model.name,
            .kind = "static",
            .dimension = model.dimension,
            .tokens_max = model.tokens_max,
            .digest = model.digest};
}

void StaticEncoder::encode(EncoderJob job) {
    QR_CHECK(!job.inputs.empty());
    if (is_stopped_) return job.reply.deliver(stopped());
    if (std::optional<Error> reason = reason_to_drop(job))
        return job.reply.deliver(*std::move(reason));
    const WorkPointer work = make_work(std::move(job));
    if (cost_of(work->job) <= options_.at_once_cost_max) return encode_at_once(work);
    if (std::optional<Error> refusal = queue(work)) {
        work->fault = std::move(refusal);
        return deliver(*work);
    }
    wakes_.notify_all();
}

// Once it waits it is the threads' work: nobody else may look at it.
std::optional<Error> StaticEncoder::queue(const WorkPointer& work) {
    const std::lock_guard lock(mutex_);
    if (is_stopped_) return stopped();
    if (waiting_.size() >= options_.waiting_jobs_max)
        return Error{.code = Code::overloaded,
                     .message = "found " + std::to_string(waiting_.size()) +
                                " jobs waiting for the encoder, allowed: fewer than " +
                                std::to_string(options_.waiting_jobs_max)};
    waiting_.push_back(work);
    return std::nullopt;
}

StaticEncoder::WorkPointer StaticEncoder::make_work(EncoderJob job) {
    auto work = std::make_shared<Work>(std::move(job));
    const std::size_t dimension = vectors_.model().dimension;
    work->arrived = clock_.now();
    work->texts.dimension = dimension;
    work->texts.rows =
        buffers_.take(work->job.inputs.size() * dimension * sizeof(float), BufferUse::vectors);
    return work;
}

// One past the last input of a slice that begins where nobody has taken one; at least one input.
std::size_t StaticEncoder::slice_stop(const Work& work) const {
    std::size_t cost = cost_of(work.job.inputs[work.next]);
    std::size_t stop = work.next + 1;
    for (; stop < work.job.inputs.size(); ++stop) {
        cost += cost_of(work.job.inputs[stop]);
        if (cost > options_.slice_cost_max) break;
    }
    return stop;
}

void StaticEncoder::encode_slice(Work& work, Slice& slice) const {
    const std::size_t dimension = work.texts.dimension;
    auto* const rows = reinterpret_cast<float*>(work.texts.rows.data());
    for (std::size_t i = slice.first; i < slice.stop; ++i) {
        const TextVectors::Written written =
            vectors_.write(work.job.inputs[i].text, std::span(rows + i * dimension, dimension));
        slice.tokens += written.tokens;
        if (!written.is_known) slice.unknown.push_back(i);
    }
}

void StaticEncoder::encode_at_once(const WorkPointer& work) {
    work->begun = work->arrived;
    Slice slice{.stop = work->job.inputs.size(), .unknown = {}};
    encode_slice(*work, slice);
    work->next = slice.stop;
    work->texts.tokens = slice.tokens;
    work->texts.unknown = std::move(slice.unknown);
    deliver(*work);
}

void StaticEncoder::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        wakes_.wait(lock, [this] { return is_stopped_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        take_slice(lock);
    }
}

// The oldest job's next slice; the job then goes behind the others.
void StaticEncoder::take_slice(std::unique_lock<std::mutex>& lock) {
    const WorkPointer work = std::move(waiting_.front());
    waiting_.pop_front();
    work->fault = reason_to_drop(work->job);
    if (work->fault.has_value()) {
        work->next = work->job.inputs.size();
    } else {
        if (!work->begun.has_value()) work->begun = clock_.now();
        Slice slice{.first = work->next, .unknown = {}};
        slice.stop = slice_stop(*work);
        work->next = slice.stop;
        ++work->running;
        if (work->next < work->job.inputs.size()) waiting_.push_back(work);
        lock.unlock();
        encode_slice(*work, slice);
        lock.lock();
        --work->running;
        work->texts.tokens += slice.tokens;
        std::ranges::copy(slice.unknown, std::back_inserter(work->texts.unknown));
    }
    if (!work->is_done()) return;
    lock.unlock();
    deliver(*work);
    lock.lock();
}

std::optional<Error> StaticEncoder::reason_to_drop(const EncoderJob& job) const {
    if (job.is_abandoned != nullptr && *job.is_abandoned)
        return Error{.code = Code::cancelled, .message = "the client has left"};
    if (job.deadline.has_value() && clock_.now() >= *job.deadline)
        return Error{.code = Code::deadline_exceeded,
                     .message = "the deadline passed before the texts were encoded"};
    return std::nullopt;
}

// Nobody else has the work any more.
void StaticEncoder::deliver(Work& work) const {
    EncoderReply reply = std::move(work.job.reply);
    if (work.fault.has_value()) return reply.deliver(*std::move(work.fault));
    std::ranges::sort(work.texts.unknown);
    work.texts.waited = *work.begun - work.arrived;
    work.texts.encoded = clock_.now() - *work.begun;
    reply.deliver(std::move(work.texts));
}

void StaticEncoder::stop() {
    std::vector<WorkPointer> dropped;
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
        for (WorkPointer& work : waiting_) {
            work->fault = stopped();
            work->next = work->job.inputs.size();
            if (work->is_done()) dropped.push_back(std::move(work));
        }
        waiting_.clear();
    }
    wakes_.notify_all();
    for (const WorkPointer& work : dropped)
        deliver(*work);
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

}  // namespace qr
