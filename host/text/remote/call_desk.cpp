#include "host/text/remote/call_desk.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "host/text/remote/backoff.h"

namespace qr {
namespace {

constexpr std::size_t kTeiBatchMax = 32;
constexpr std::size_t kOpenAiBatchMax = 256;

std::size_t batch_max_of(EncoderApi api) {
    return api == EncoderApi::tei ? kTeiBatchMax : kOpenAiBatchMax;
}

std::string milliseconds(Duration duration) {
    return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(duration).count()) + " ms";
}

// Services count the tokens of a call, jobs want those of a text: shared out by their bytes, so
// that the sum is exact.
std::vector<SharedVector> share(EmbeddingAnswer answer, const std::vector<std::size_t>& sizes) {
    const std::size_t all = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
    std::vector<SharedVector> shared;
    std::size_t bytes = 0;
    std::size_t given = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        bytes += sizes[i];
        const auto until =
            static_cast<std::size_t>(static_cast<double>(answer.tokens) *
                                     static_cast<double>(bytes) / static_cast<double>(all));
        shared.push_back(std::make_shared<const TextVector>(
            TextVector{.values = std::move(answer.vectors[i]), .tokens = until - given}));
        given = until;
    }
    return shared;
}

}  // namespace

CallDesk::CallDesk(const RemoteEncoderOptions& options, VectorCache& cache, std::uint64_t seed)
    : options_(options),
      cache_(cache),
      breaker_(options.breaker),
      budget_(options.repeat.percent, options.repeat.burst),
      chance_(static_cast<std::minstd_rand::result_type>(seed)),
      api_(options.api),
      batch_max_(options.batch_max) {
    if (api_ == EncoderApi::openai && batch_max_ == 0) batch_max_ = kOpenAiBatchMax;
}

void CallDesk::admit(EncoderJob job, const std::vector<AskedText>& asked, TimePoint now) {
    if (is_stopped_)
        return ledger_.refuse(std::move(job), error(Code::unavailable, "the server is stopping"));
    const std::size_t added = ledger_.new_texts(asked);
    const bool is_known =
        std::ranges::all_of(asked, [](const AskedText& text) { return text.vector != nullptr; });
    if (!is_known && !breaker_.admits(now)) return ledger_.refuse(std::move(job), not_asked(now));
    if (added > 0 && ledger_.queued() + added > options_.queue_max) {
        return ledger_.refuse(
            std::move(job),
            error(Code::overloaded, "found " + std::to_string(ledger_.queued()) +
                                        " texts waiting and " + std::to_string(added) +
                                        " more, allowed: " + std::to_string(options_.queue_max)));
    }
    ledger_.add(std::move(job), asked, now);
    ledger_.expire(now);
}

std::optional<CallDesk::Outgoing> CallDesk::begin(TimePoint now) {
    ledger_.expire(now);
    if (is_stopped_ || under_way_ >= options_.connections_max || !breaker_.admits(now))
        return std::nullopt;
    const Calls::iterator next = is_known() ? next_vectors_call(now) : next_info_call(now);
    if (next == calls_.end()) return std::nullopt;
    return send(next, now);
}

CallDesk::Calls::iterator CallDesk::add_call(Call call) {
    return calls_.emplace(++last_, std::move(call)).first;
}

// One that waits to be repeated, or to go alone.
CallDesk::Calls::iterator CallDesk::due_call(TimePoint now) {
    for (auto place = calls_.begin(); place != calls_.end();) {
        Call& call = place->second;
        if (call.is_under_way || call.not_before > now) {
            ++place;
            continue;
        }
        ledger_.prune(call.texts);
        if (call.kind == ServiceCall::Kind::info || !call.texts.empty()) return place;
        place = calls_.erase(place);
    }
    return calls_.end();
}

// The only call there is until it has been answered.
CallDesk::Calls::iterator CallDesk::next_info_call(TimePoint now) {
    if (!calls_.empty()) return due_call(now);
    if (ledger_.queued() == 0) return calls_.end();
    return add_call({.kind = ServiceCall::Kind::info});
}

CallDesk::Calls::iterator CallDesk::next_vectors_call(TimePoint now) {
    const Calls::iterator due = due_call(now);
    if (due != calls_.end()) return due;
    Texts texts = ledger_.take({.texts = batch_max_, .bytes = options_.batch_bytes_max}, now);
    if (texts.empty()) return calls_.end();
    return add_call({.texts = std::move(texts)});
}

CallDesk::Outgoing CallDesk::send(Calls::iterator place, TimePoint now) {
    Call& call = place->second;
    call.passage = breaker_.begin(now);
    call.is_under_way = true;
    ++under_way_;
    ++figures_.calls;
    if (call.attempts++ == 0) {
        budget_.earn();
    } else {
        ++figures_.retries;
    }
    const Duration time = time_of(call, now);
    if (call.kind == ServiceCall::Kind::info)
        return {.id = place->first, .call = make_info_call(options_, time)};
    const std::vector<EncoderInput> inputs = ledger_.inputs_of(call.texts);
    call.sizes.clear();
    for (const EncoderInput& input : inputs)
        call.sizes.push_back(input.text.size() + 1);
    return {.id = place->first,
            .call = make_vectors_call(options_, api_, inputs, dimension_, time)};
}

Duration CallDesk::time_of(Call& call, TimePoint now) const {
    const std::optional<TimePoint> latest = ledger_.latest_deadline(call.texts);
    call.is_cut = latest && *latest - now < options_.timeout;
    return call.is_cut ? *latest - now : options_.timeout;
}

void CallDesk::end(CallId id, CallOutcome outcome, TimePoint now) {
    const auto place = calls_.find(id);
    if (place == calls_.end()) return;  // stopped meanwhile
    Call call = std::move(place->second);
    calls_.erase(place);
    call.is_under_way = false;
    --under_way_;
    if (auto* const failure = std::get_if<CallFailure>(&outcome))
        return fail(std::move(call), std::move(*failure), now);
    if (const auto* const info = std::get_if<InfoAnswer>(&outcome)) {
        breaker_.succeed(call.passage, now);
        return learn(*info);
    }
    auto& answer = std::get<EmbeddingAnswer>(outcome);
    if (auto failure = check_dimension(answer))
        return fail(std::move(call), *std::move(failure), now);
    accept(std::move(call), std::move(answer), now);
}

void CallDesk::learn(const InfoAnswer& answer) {
    if (api_ == EncoderApi::automatic) api_ = answer ? EncoderApi::tei : EncoderApi::openai;
    if (answer) service_ = *answer;
    if (batch_max_ != 0) return;
    batch_max_ = answer && api_ == EncoderApi::tei ? answer->batch_max : batch_max_of(api_);
}

std::optional<CallFailure> CallDesk::check_dimension(const EmbeddingAnswer& answer) const {
    const std::size_t found = answer.vectors.front().size();
    const std::size_t expected = dimension_ == 0 ? options_.dimensions : dimension_;
    if (expected == 0 || found == expected) return std::nullopt;
    return CallFailure{.kind = FailureKind::garbled,
                       .message = "found vectors of " + std::to_string(found) +
                                  " numbers, allowed: " + std::to_string(expected) +
                                  (dimension_ == 0 ? ", as asked for" : ", as in earlier answers")};
}

void CallDesk::accept(Call call, EmbeddingAnswer answer, TimePoint now) {
    breaker_.succeed(call.passage, now);
    dimension_ = answer.vectors.front().size();
    figures_.texts += answer.vectors.size();
    const std::vector<SharedVector> vectors = share(std::move(answer), call.sizes);
    auto vector = vectors.begin();
    for (const TextLedger::Text& text : call.texts)
        cache_.put(text.key, *vector++);
    ledger_.deliver(std::move(call.texts), vectors, now);
}

void CallDesk::fail(Call call, CallFailure failure, TimePoint now) {
    if (failure.kind == FailureKind::timed_out && call.is_cut)
        failure.kind = FailureKind::cut_short;
    ++figures_.failures[static_cast<std::size_t>(failure.kind)];
    ledger_.expire(now);
    if (failure.kind == FailureKind::cut_short) {
        breaker_.forget(call.passage, now);
        return ledger_.put_back(std::move(call.texts));  // of whoever came later
    }
    if (!blames_service(failure.kind)) {
        breaker_.succeed(call.passage, now);
    } else {
        last_failure_ = failure.message;
        breaker_.fail(call.passage, now);
    }
    if (failure.kind == FailureKind::refused_texts)
        return refuse_texts(std::move(call), failure, now);
    if (breaker_.state() != BreakerState::open) return repeat(std::move(call), failure, now);
    give_up(std::move(call), failure);
    fail_waiting(now);
}

void CallDesk::repeat(Call call, const CallFailure& failure, TimePoint now) {
    const double uniform = std::uniform_real_distribution<double>()(chance_);
    const Duration wanted = failure.retry_after.value_or(Duration{});
    const Duration delay = std::max(wanted, backoff(options_.repeat, call.attempts, uniform));
    const bool is_worth_it = may_repeat(failure.kind) && delay <= options_.timeout &&
                             call.attempts < options_.repeat.attempts_max;
    if (!is_worth_it) return give_up(std::move(call), failure);
    call.not_before = now + delay;
    ledger_.fail_due(call.texts, call.not_before, error(Code::unavailable, failure.message));
    ledger_.prune(call.texts);
    if (call.kind == ServiceCall::Kind::vectors && call.texts.empty()) return;
    if (!budget_.spend()) return give_up(std::move(call), failure);
    add_call(std::move(call));
}

void CallDesk::give_up(Call call, const CallFailure& failure) {
    const Error why = error(Code::unavailable, failure.message);
    if (call.kind == ServiceCall::Kind::info) return ledger_.fail_queued(why);
    ledger_.fail(std::move(call.texts), why);
}

// The job that was alone, or the only one, is the culprit; of several, each goes alone once.
void CallDesk::refuse_texts(Call call, const CallFailure& failure, TimePoint now) {
    const std::vector<TextLedger::JobNumber> jobs = ledger_.jobs_of(call.texts);
    if (!call.alone_for && jobs.size() == 1) call.alone_for = jobs.front();
    if (call.alone_for) {
        ledger_.fail_job(*call.alone_for, error(Code::invalid, failure.message));
    } else {
        ++figures_.splits;
    }
    send_alone(std::move(call.texts), now);
}

void CallDesk::send_alone(Texts texts, TimePoint now) {
    ledger_.prune(texts);
    std::map<TextLedger::JobNumber, Texts> by_job;
    while (!texts.empty()) {
        Texts& own = by_job[texts.front().waiters.front().job];
        own.splice(own.end(), texts, texts.begin());
    }
    for (auto& [job, own] : by_job)
        add_call({.texts = std::move(own), .not_before = now, .alone_for = job});
}

// Whatever is not under way.
void CallDesk::fail_waiting(TimePoint now) {
    const Error why = not_asked(now);
    ledger_.fail_queued(why);
    for (auto place = calls_.begin(); place != calls_.end();) {
        if (place->second.is_under_way) {
            ++place;
            continue;
        }
        ledger_.fail(std::move(place->second.texts), why);
        place = calls_.erase(place);
    }
}

std::optional<TimePoint> CallDesk::next_event() const {
    std::optional<TimePoint> next = ledger_.next_deadline();
    if (under_way_ >= options_.connections_max || breaker_.state() != BreakerState::closed)
        return next;
    for (const auto& [id, call] : calls_) {
        if (!call.is_under_way) next = std::min(next.value_or(call.not_before), call.not_before);
    }
    return next;
}

void CallDesk::stop() {
    is_stopped_ = true;
    const Error why = error(Code::unavailable, "the server is stopping");
    for (auto& [id, call] : calls_)
        ledger_.fail(std::move(call.texts), why);
    ledger_.fail_all(why);
    calls_.clear();
    under_way_ = 0;
}

RemoteEncoderFigures CallDesk::figures() const {
    RemoteEncoderFigures figures = figures_;
    figures.breaker = breaker_.state();
    figures.times_opened = breaker_.times_opened();
    figures.waiting_texts = ledger_.queued();
    figures.calls_under_way = under_way_;
    return figures;
}

Error CallDesk::error(Code code, const std::string& what) const {
    return {.code = code, .message = "encoder " + options_.url + ": " + what};
}

Error CallDesk::not_asked(TimePoint now) const {
    const std::string when = breaker_.state() == BreakerState::half_open
                                 ? "until the call under way has shown that it is well"
                                 : "for " + milliseconds(breaker_.tries_again() - now) + " more";
    return error(Code::unavailable, "not asked " + when + ", for it failed: " + last_failure_);
}

}  // namespace qr
