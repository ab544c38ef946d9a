// The rows that may belong to a query's answer, as one thread of a pass has found them.
//
// One invariant: a row is dropped only when as many others as are wanted certainly score higher, or
// equal with a lower number. What is known of a row is an estimate and how far it may be off; when
// that leaves too many, their exact scores are taken at once and the best of them kept. Without
// proof, estimates count as if they were exact.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/collection/engine/cpu/exact_scorer.h"
#include "host/collection/engine/cpu/pass_query.h"

namespace qr::cpu {

// Rows with estimates that a thread keeps for a query: so many times those that are wanted.
inline constexpr std::size_t kSurvivorsTimesWanted = 4;
inline constexpr std::size_t kSurvivorsMin = 1024;

// Takes exact scores of a query's rows.
struct RowJudge {
    const PassQuery& query;
    const WideQueries& wide;
    const Directory& directory;
    ExactScorer& scorer;
};

class Survivors {
  public:
    explicit Survivors(PassQuery& query);

    // NaN: nothing is known of the row.
    void add(Slot slot, float estimate, double delta) {
        if (static_cast<double>(estimate) + delta < query_->lowest_kept()) return;
        keep(slot, estimate, delta);
    }
    // Their exact scores, at once: cheaper than estimates where few rows of a block count. Only
    // where answers are proven; up to kBlockRows.
    void add_judged(std::span<const Slot> slots, const RowJudge& judge);
    bool is_due() const { return estimated_.size() >= due_; }
    // When due: raises the floor, drops what is below, and sees to it that there is room.
    void settle(const RowJudge& judge);

    // What another thread found.
    void take(Survivors& other);
    // Moves the hits out, best first.
    std::vector<Hit> finish(const RowJudge& judge);

    std::size_t rescored() const { return rescored_; }
    std::size_t retries() const { return retries_; }

  private:
    struct Estimated {
        Slot slot = 0;
        float estimate = 0;
        float delta = 0;  // infinite: nothing is known
        double lower() const { return static_cast<double>(estimate) - static_cast<double>(delta); }
        double upper() const { return static_cast<double>(estimate) + static_cast<double>(delta); }
    };
    struct Judged {
        Hit hit;
        double lower = 0;  // its value, in the estimates' unit
    };

    void keep(Slot slot, float estimate, double delta);
    void raise_floor();
    void drop_below_floor();
    void judge_rows(std::span<const Slot> slots, const RowJudge& judge);
    void judge_first(std::size_t count, const RowJudge& judge);
    void keep_best_judged();
    void judge_unknown(const RowJudge& judge);
    void keep_best_estimated(const Directory& directory);

    PassQuery* query_;
    std::vector<Estimated> estimated_;
    std::vector<Judged> judged_;
    std::vector<double> lowers_;  // scratch
    std::size_t due_;
    std::size_t rescored_ = 0;
    std::size_t retries_ = 0;
};

}  // namespace qr::cpu
