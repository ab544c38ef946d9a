// Jobs that were accepted and not done with, of whatever kind: who waits, whose deadline comes
// next, and that each is answered exactly once.
//
// A job leaves the book once it was answered and nothing of it is in a lane. Pure but for the
// claims it drops: the owner holds the lock, passes `now` in and delivers the answers when it has
// let the lock go. What is in a lane, and what an answer says, is the owner's.
#pragma once

#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "host/batching/batch_policy.h"
#include "host/batching/job_claim.h"
#include "host/batching/waiting_queue.h"

namespace qr {

// What is known of one job; final_answer(pending) makes its answer, once, and moves what it needs.
template <class P>
concept Pending = requires(P& pending) {
    { pending.id } -> std::convertible_to<JobId>;
    { pending.job.deadline } -> std::convertible_to<std::optional<TimePoint>>;
    { pending.claim->keeps_vectors() } -> std::same_as<bool>;
    { pending.ticket } -> std::same_as<std::optional<WaitingQueue::Ticket>&>;
    { pending.in_lanes } -> std::convertible_to<std::size_t>;
    { pending.is_answered } -> std::same_as<bool&>;
    final_answer(pending);
};

template <Pending P>
class PendingJobs {
  public:
    using Answer = decltype(final_answer(std::declval<P&>()));
    using Answers = std::vector<Answer>;

    std::size_t size() const { return jobs_.size(); }
    const std::map<JobId, P>& jobs() const { return jobs_; }  // ids ascend with arrival
    const WaitingQueue& waiting() const { return waiting_; }

    template <class Job>
    P& enter(Job&& job, TimePoint now) {
        const JobId id = ++last_id_;
        if (job.deadline) deadlines_.emplace(*job.deadline, id);
        const auto added =
            jobs_.emplace_hint(jobs_.end(), std::piecewise_construct, std::forward_as_tuple(id),
                               std::forward_as_tuple(id, std::forward<Job>(job), now));
        return added->second;
    }
    void wait(P& pending, const BatchKey& key, std::size_t rows, std::size_t row_multiply_adds) {
        pending.ticket = waiting_.add(pending.id, key, pending.job.tenant,
                                      {.arrived = pending.arrived,
                                       .deadline = pending.job.deadline,
                                       .priority = pending.job.priority,
                                       .row_multiply_adds = row_multiply_adds,
                                       .rows_left = rows});
    }

    // Hands over (pending, slice) what is to leave now, if anything; else says when to ask again,
    // if time alone can change that.
    template <class HandOver>
    std::optional<TimePoint> take(const BatchTerms& terms, TimePoint now, Answers& answers,
                                  const HandOver& hand_over) {
        for (;;) {
            const Plan next = plan(waiting_, terms, now);
            for (const JobId id : next.expired)
                expire(jobs_.at(id), answers);
            for (const Slice& slice : next.slices)
                hand_over(jobs_.at(slice.id), slice);
            if (!next.slices.empty() || next.expired.empty()) return next.look_again;
        }
    }
    // So many of its rows are in one lane more.
    void leave(P& pending, std::size_t rows, TimePoint now) {
        ++pending.in_lanes;
        if (pending.ticket && !waiting_.take(*pending.ticket, rows, now)) pending.ticket.reset();
    }

    void cancel(JobId id, Answers& answers) {
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) return;
        drop(found->second, Code::cancelled);
        settle(found->second, answers);
    }
    // Deals with the jobs whose deadline has passed. Those in lanes are answered too if their claim
    // keeps the vectors; else when the lane is done with them.
    void expire(TimePoint now, Answers& answers) {
        while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
            P& pending = jobs_.at(deadlines_.begin()->second);
            deadlines_.erase(deadlines_.begin());
            expire(pending, answers);
        }
    }
    std::optional<TimePoint> next_deadline() const {
        if (deadlines_.empty()) return std::nullopt;
        return deadlines_.begin()->first;
    }
    // Nothing waits any more; what is in lanes will be given back.
    void close(Answers& answers) {
        for (auto next = jobs_.begin(); next != jobs_.end();) {
            P& pending = (next++)->second;
            if (!pending.ticket) continue;
            drop(pending, Code::unavailable);
            settle(pending, answers);
        }
    }

    void stop_waiting(P& pending) {
        if (!pending.ticket) return;
        waiting_.remove(*pending.ticket);
        pending.ticket.reset();
    }
    // Answers and forgets it, unless a lane still has some of it or some of it waits.
    void settle(P& pending, Answers& answers) {
        if (pending.in_lanes > 0 || pending.ticket) return;
        answer(pending, answers);
        jobs_.erase(pending.id);
    }

  private:
    void expire(P& pending, Answers& answers) {
        drop(pending, Code::deadline_exceeded);
        if (pending.claim->keeps_vectors()) answer(pending, answers);
        settle(pending, answers);
    }
    void drop(P& pending, Code why) {
        pending.claim->drop(why);
        stop_waiting(pending);
    }
    // Answers it if it has not been; forgets its deadline.
    void answer(P& pending, Answers& answers) {
        if (pending.is_answered) return;
        pending.is_answered = true;
        if (pending.job.deadline) deadlines_.erase({*pending.job.deadline, pending.id});
        answers.push_back(final_answer(pending));
    }

    JobId last_id_ = kNoJob;
    WaitingQueue waiting_;
    std::map<JobId, P> jobs_;
    std::set<std::pair<TimePoint, JobId>> deadlines_;  // of those not answered
};

}  // namespace qr
