#include "host/batching/batch_policy.h"

#include <algorithm>

namespace qr {
namespace {

struct Pick {
    JobId id;
    const WaitingJob* job;
    std::size_t rows;

    std::size_t rows_left() const { return job->rows_left - rows; }
};

class Draft {
  public:
    explicit Draft(std::size_t multiply_adds_max)
        : room_(multiply_adds_max), turn_max_(multiply_adds_max / 4) {}

    // False, and full from then on, when the job does not fit.
    bool add(JobId id, const WaitingJob& job) {
        const std::size_t rows = rows_for(job, job.rows_left);
        if (rows == 0) return false;
        picks_.push_back({id, &job, rows});
        use(job, rows);
        return true;
    }

    // Nobody else waits: hands out what room is left, in turns.
    void fill() {
        for (bool has_grown = true; has_grown && !is_full();) {
            has_grown = false;
            for (Pick& pick : picks_) {
                if (pick.rows_left() == 0 || is_full()) continue;
                const std::size_t rows = rows_for(*pick.job, pick.rows_left());
                pick.rows += rows;
                use(*pick.job, rows);
                has_grown = true;
            }
        }
    }

    bool is_full() const { return is_full_ || room_ == 0; }
    const std::vector<Pick>& picks() const { return picks_; }

  private:
    // How many of the `left` rows may join now; 0 when the batch is full without them.
    std::size_t rows_for(const WaitingJob& job, std::size_t left) {
        const std::size_t turn = std::max(turn_max_ / job.row_multiply_adds, kSliceRowsMin);
        const std::size_t wanted = std::min(left, turn);
        const std::size_t fitting = room_ / job.row_multiply_adds;
        if (wanted <= fitting || picks_.empty()) return wanted;
        is_full_ = true;
        return left > turn && fitting >= kSliceRowsMin ? fitting : 0;
    }

    void use(const WaitingJob& job, std::size_t rows) {
        room_ -= std::min(room_, rows * job.row_multiply_adds);
    }

    std::size_t room_;
    const std::size_t turn_max_;
    bool is_full_ = false;
    std::vector<Pick> picks_;
};

// When this job has waited long enough for company.
TimePoint leaves_at(const WaitingJob& job, Duration delay_max) {
    const TimePoint patient = job.arrived + delay_max;
    return job.deadline && *job.deadline <= patient ? job.arrived : patient;
}

TimePoint leaves_at(const std::vector<Pick>& picks, Duration delay_max) {
    TimePoint first = TimePoint::max();
    for (const Pick& pick : picks)
        first = std::min(first, leaves_at(*pick.job, delay_max));
    return first;
}

}  // namespace

Plan plan(const WaitingQueue& queue, const BatchTerms& terms, TimePoint now) {
    Plan plan;
    const WaitingQueue::Line* const line = queue.foremost();
    if (line == nullptr) return plan;
    Draft draft(terms.multiply_adds_max);
    for (const auto& [position, job] : *line) {
        if (job.deadline && *job.deadline <= now) {
            plan.expired.push_back(position.id);
        } else if (!draft.add(position.id, job) || draft.is_full()) {
            break;
        }
    }
    draft.fill();
    if (!draft.picks().empty() && !draft.is_full() && terms.delay_max > Duration::zero()) {
        const TimePoint leaving = leaves_at(draft.picks(), terms.delay_max);
        if (now < leaving) return plan.look_again = leaving, plan;
    }
    plan.slices.reserve(draft.picks().size());
    for (const Pick& pick : draft.picks())
        plan.slices.push_back({pick.id, pick.job->first_row, pick.rows});
    return plan;
}

}  // namespace qr
