#include "perf/load/driver.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <deque>
#include <optional>
#include <utility>

#include "host/base/narrow.h"
#include "perf/load/connection.h"
#include "perf/load/heads.h"
#include "perf/load/mix.h"
#include "perf/load/schedule.h"
#include "perf/load/target.h"
#include "perf/load/tls.h"

namespace qr::load {
namespace {

constexpr std::size_t kEventsMax = 256;
// A closed loop whose client failed waits so long, or it would spin on a server that is gone.
constexpr Duration kFailurePause = std::chrono::milliseconds(10);

struct Slot {
    Connection connection;
    std::optional<Ask> ask;  // under way
    Duration free_since{};
};

// When the ask in that slot is given up, unless it is over by then.
struct Deadline {
    Duration at;
    std::size_t slot;
    std::uint64_t number;
};

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// As an open loop's first step begins, for as long.
std::vector<Step> warm_up_steps(const Plan& plan) {
    if (plan.warm_up == Duration::zero()) return {};
    return {{.rate = plan.steps.at(0).rate, .length = plan.warm_up}};
}

// What a run needs of the system.
struct Means {
    sockaddr_in address;
    int epoll;
    const TlsContext* tls;  // null: plain
    Progress* progress;     // may be null
};

class Driver {
  public:
    Driver(const Plan& plan, const Means& means)
        : plan_(plan),
          means_(means),
          heads_(heads_of(plan)),
          mix_(plan.requests, plan.seed),
          warm_up_(warm_up_steps(plan), plan.arrivals, plan.seed),
          schedule_(plan.steps, plan.arrivals, plan.seed),
          slots_(plan.loop == Loop::closed ? plan.clients : plan.connections_max),
          end_(plan.length()),
          paused_until_(-plan.warm_up),
          tally_(plan) {
        for (std::size_t i = slots_.size(); i > 0; --i)
            unopened_.push_back(i - 1);
    }

    RunFigures run() && {
        began_ = clock_.now() + plan_.warm_up;
        do {
            take_due();
            give_up_late();
            dispatch();
            show_progress();
            wait();
        } while (!is_over());
        const Duration wall = now();
        return {.tally = std::move(tally_),
                .wall = wall,
                .cpu_seconds = cpu_seconds() - cpu_before_,
                .connections_peak = peak_,
                .connections_opened = opened_};
    }

  private:
    Duration now() const { return clock_.now() - began_; }
    bool may_intend() const {
        return plan_.loop == Loop::open ? schedule_.next().has_value() : now() < end_;
    }
    bool is_over() const {
        return is_counting_ && waiting_.empty() && under_way_ == 0 && !may_intend();
    }

    void take_due();
    void take_from(Schedule& schedule, Duration due, Duration shift);
    void begin_counting();
    void intend(Duration at, std::size_t step);
    void give_up_late();
    void dispatch();
    std::optional<std::size_t> free_slot(const Ask& ask);
    std::optional<std::size_t> open_slot(const Ask& ask);
    std::size_t open_slots() const { return slots_.size() - unopened_.size(); }
    void send(std::size_t index, const Ask& ask);
    void advance(std::size_t index);
    void settle(std::size_t index, const Connection::Outcome& outcome);
    void release(std::size_t index);
    void close(std::size_t index);
    void fail(const Ask& ask, Failure failure, std::string_view why);
    void show_progress();
    Duration next_wake() const;
    void wait();

    const Plan& plan_;
    const Means means_;
    const SteadyClock clock_;
    TimePoint began_;
    const std::vector<std::vector<std::string>> heads_;
    Mix mix_;
    Schedule warm_up_, schedule_;
    std::vector<Slot> slots_;
    std::vector<std::size_t> unopened_, idle_;  // the last is taken first, so few stay warm
    std::deque<Ask> waiting_;                   // in the order of intended times
    std::deque<Deadline> deadlines_;            // in the same order: the timeout is one
    const Duration end_;
    Duration paused_until_;     // closed loop
    bool is_counting_ = false;  // the warm-up is over
    double cpu_before_ = 0;
    std::uint64_t asked_ = 0;
    std::size_t under_way_ = 0;
    std::size_t peak_ = 0;
    std::uint64_t opened_ = 0;
    Tally tally_;
};

void Driver::intend(Duration at, std::size_t step) {
    const Mix::Draw draw = mix_.draw();
    const Ask ask{.number = asked_++,
                  .intended = at,
                  .step = step,
                  .request = draw.request,
                  .body = draw.body};
    tally_.intended(ask);
    waiting_.push_back(ask);
}

// What a run sends depends on its seed alone, not on what the warm-up drew.
void Driver::begin_counting() {
    is_counting_ = true;
    mix_ = Mix(plan_.requests, plan_.seed);
    cpu_before_ = cpu_seconds();
    peak_ = open_slots();
    opened_ = 0;
}

void Driver::take_from(Schedule& schedule, Duration due, Duration shift) {
    for (; schedule.next() && schedule.next()->at + shift <= due; schedule.take())
        intend(schedule.next()->at + shift, schedule.next()->step);
}

void Driver::take_due() {
    const Duration due = now();
    if (plan_.loop == Loop::open) take_from(warm_up_, due, -plan_.warm_up);
    if (!is_counting_ && due >= Duration::zero()) begin_counting();
    if (plan_.loop == Loop::open) return take_from(schedule_, due, Duration::zero());
    if (due >= end_ || due < paused_until_) return;
    while (waiting_.size() + under_way_ < plan_.clients)
        intend(due, 0);
}

void Driver::give_up_late() {
    const Duration late = now() - plan_.timeout;
    for (; !waiting_.empty() && waiting_.front().intended <= late; waiting_.pop_front())
        fail(waiting_.front(), Failure::unsent, "every connection was busy");
    for (; !deadlines_.empty(); deadlines_.pop_front()) {
        const Deadline& deadline = deadlines_.front();
        const std::optional<Ask>& ask = slots_[deadline.slot].ask;
        if (!ask || ask->number != deadline.number) continue;
        if (deadline.at > now()) break;
        settle(deadline.slot, {Connection::Outcome::Kind::failed, Failure::timeout,
                               "no whole answer within --timeout-ms"});
    }
}

void Driver::dispatch() {
    while (!waiting_.empty()) {
        const Ask ask = waiting_.front();
        const std::optional<std::size_t> slot = free_slot(ask);
        if (!slot) return;
        waiting_.pop_front();
        if (slots_[*slot].connection.is_open()) send(*slot, ask);
    }
}

// An idle connection, or a new one; a slot that is not open has failed the ask.
std::optional<std::size_t> Driver::free_slot(const Ask& ask) {
    while (!idle_.empty()) {
        const std::size_t index = idle_.back();
        idle_.pop_back();
        if (slots_[index].connection.is_quiet()) return index;
        close(index);
    }
    return open_slot(ask);
}

std::optional<std::size_t> Driver::open_slot(const Ask& ask) {
    if (unopened_.empty()) return std::nullopt;
    const std::size_t index = unopened_.back();
    Slot& slot = slots_[index];
    if (const auto reason = slot.connection.open(means_.address, means_.tls)) {
        fail(ask, Failure::connect, *reason);
        return index;
    }
    unopened_.pop_back();
    ++opened_;
    peak_ = std::max(peak_, open_slots());
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = index;
    ::epoll_ctl(means_.epoll, EPOLL_CTL_ADD, slot.connection.fd(), &event);
    return index;
}

void Driver::send(std::size_t index, const Ask& ask) {
    Slot& slot = slots_[index];
    const Request& request = plan_.requests[ask.request];
    const std::string_view body =
        request.bodies.empty() ? std::string_view() : request.bodies[ask.body];
    const auto answer_body =
        request.method == "HEAD" ? ResponseParser::Body::none : ResponseParser::Body::by_length;
    tally_.sent(ask, now() - std::max(ask.intended, slot.free_since));
    slot.connection.begin(heads_[ask.request][ask.body], body, answer_body);
    slot.ask = ask;
    ++under_way_;
    deadlines_.push_back({ask.intended + plan_.timeout, index, ask.number});
    advance(index);
}

void Driver::advance(std::size_t index) {
    Slot& slot = slots_[index];
    if (!slot.connection.is_open()) return;
    if (slot.ask) return settle(index, slot.connection.advance());
    if (slot.connection.is_written()) return;  // idle: looked at when it is taken
    if (!slot.connection.finish_writing()) return close(index);
    if (slot.connection.is_written()) release(index);
}

void Driver::settle(std::size_t index, const Connection::Outcome& outcome) {
    if (outcome.kind == Connection::Outcome::Kind::pending) return;
    Slot& slot = slots_[index];
    const Ask ask = *std::exchange(slot.ask, std::nullopt);
    --under_way_;
    if (outcome.kind == Connection::Outcome::Kind::failed) {
        fail(ask, outcome.failure, outcome.why);
        return close(index);
    }
    const ResponseParser& answer = slot.connection.answer();
    tally_.answered(ask, {.status = answer.status(),
                          .has_retry_after = answer.has_retry_after(),
                          .latency = now() - ask.intended});
    if (!plan_.keeps_alive || !slot.connection.is_reusable()) return close(index);
    if (slot.connection.is_written()) release(index);
}

void Driver::release(std::size_t index) {
    slots_[index].free_since = now();
    idle_.push_back(index);
}

// Closing takes it out of the epoll as well.
void Driver::close(std::size_t index) {
    slots_[index].connection.close();
    slots_[index].free_since = now();
    unopened_.push_back(index);
}

void Driver::fail(const Ask& ask, Failure failure, std::string_view why) {
    tally_.failed(ask, failure, why);
    if (plan_.loop == Loop::closed) paused_until_ = now() + kFailurePause;
}

void Driver::show_progress() {
    if (means_.progress == nullptr) return;
    if (const Duration time = now(); time >= means_.progress->due())
        means_.progress->show(time, tally_.total());
}

Duration Driver::next_wake() const {
    Duration wake = is_counting_ ? Duration::max() : Duration::zero();
    if (means_.progress != nullptr) wake = std::min(wake, means_.progress->due());
    if (plan_.loop == Loop::open && warm_up_.next())
        wake = std::min(wake, warm_up_.next()->at - plan_.warm_up);
    if (plan_.loop == Loop::open && schedule_.next()) wake = std::min(wake, schedule_.next()->at);
    if (plan_.loop == Loop::closed && waiting_.size() + under_way_ < plan_.clients &&
        now() < end_) {
        wake = std::min(wake, paused_until_);
    }
    if (!deadlines_.empty()) wake = std::min(wake, deadlines_.front().at);
    if (!waiting_.empty()) wake = std::min(wake, waiting_.front().intended + plan_.timeout);
    return wake;
}

void Driver::wait() {
    if (is_over()) return;
    const Duration left = std::max(next_wake() - now(), Duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = Duration(left - seconds).count()};
    std::array<epoll_event, kEventsMax> events;
    const int count =
        ::epoll_pwait2(means_.epoll, events.data(), narrow<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < count; ++i)
        advance(events[narrow<std::size_t>(i)].data.u64);
}

}  // namespace

Result<RunFigures> run_load(const Plan& plan, Progress* progress) {
    const Result<sockaddr_in> address = resolve(plan);
    if (!address.ok()) return address.error();
    std::optional<TlsContext> tls;
    if (plan.scheme == Scheme::https) {
        Result<TlsContext> context = TlsContext::create(plan);
        if (!context.ok()) return context.error();
        tls = *std::move(context);
        // OpenSSL writes to its sockets without MSG_NOSIGNAL.
        std::signal(SIGPIPE, SIG_IGN);
    }
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) return Error{.code = Code::unavailable, .message = "epoll_create1 failed"};
    // Timers of this thread fire when they are due, not up to 50 us later.
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    const Means means{*address, epoll, tls ? &*tls : nullptr, progress};
    RunFigures figures = Driver(plan, means).run();
    ::close(epoll);
    return figures;
}

}  // namespace qr::load
