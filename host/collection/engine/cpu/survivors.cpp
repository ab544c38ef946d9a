#include "host/collection/engine/cpu/survivors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "host/backend/cpu/read_out.h"
#include "kernels/math/amplitude.h"

namespace qr::cpu {
namespace {

constexpr std::size_t kSettleAfterMin = 32;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::size_t room_for(std::size_t wanted) {
    return std::max(kSurvivorsTimesWanted * wanted, kSurvivorsMin);
}

float rounded_up(double value) {
    const auto nearest = static_cast<float>(value);
    return static_cast<double>(nearest) < value ? std::nextafter(nearest, kInfinity) : nearest;
}

bool comes_before(const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.number < b.number;
}

std::uint64_t number_of(const Directory& directory, Slot slot) {
    return directory[slot / kBlockRows].head().numbers[slot % kBlockRows];
}

// What the score of those sums ranks by.
double value_of(scoring::Method method, double dot, double query_norm2, double row_norm2) {
    if (method == scoring::Method::dot) return dot;
    const double overlap = math::normalised_overlap(dot, query_norm2, row_norm2);
    return ranks_by_magnitude(method) ? std::fabs(overlap) : overlap;
}

}  // namespace

Survivors::Survivors(PassQuery& query)
    : query_(&query), due_(std::max(query.wanted, kSettleAfterMin)) {}

void Survivors::keep(Slot slot, float estimate, double delta) {
    if (std::isnan(estimate))
        estimated_.push_back({slot, 0, kInfinity});
    else
        estimated_.push_back({slot, estimate, rounded_up(delta)});
}

void Survivors::settle(const RowJudge& judge) {
    raise_floor();
    drop_below_floor();
    if (estimated_.size() > room_for(query_->wanted) / 2) {
        ++retries_;
        if (query_->is_proven) {
            judge_first(estimated_.size(), judge);
        } else {
            judge_unknown(judge);
            keep_best_estimated(judge.directory);
        }
        keep_best_judged();
        raise_floor();
    }
    due_ = estimated_.size() + std::max(query_->wanted / 4, kSettleAfterMin);
}

void Survivors::raise_floor() {
    const std::size_t wanted = query_->wanted;
    lowers_.clear();
    for (const Estimated& row : estimated_)
        lowers_.push_back(row.lower());
    // Without proof, when a row was judged must not decide which others are.
    if (query_->is_proven) {
        for (const Judged& row : judged_)
            lowers_.push_back(row.lower);
    }
    if (lowers_.size() < wanted) return;
    const auto last = lowers_.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
    std::nth_element(lowers_.begin(), last, lowers_.end(), std::greater<>());
    query_->raise_floor(*last);
}

void Survivors::drop_below_floor() {
    const double lowest = query_->lowest_kept();
    std::erase_if(estimated_, [=](const Estimated& row) { return row.upper() < lowest; });
}

void Survivors::judge_rows(std::span<const Slot> slots, const RowJudge& judge) {
    const PassQuery& query = *query_;
    const scoring::Method method = query.asked->method;
    std::array<double, kBlockRows> dots, norms2, scores;
    judge.scorer.sum(judge.wide.rows(query.place, 1), slots,
                     {dots.data(), dots.size(), norms2.data()});
    scores = dots;
    read_out(method, query.norm2, std::span(norms2).first(slots.size()),
             std::span(scores).first(slots.size()));
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const double value = value_of(method, dots[i], query.norm2, norms2[i]) * query.unit;
        judged_.push_back({{slots[i], number_of(judge.directory, slots[i]), scores[i]},
                           value - std::fabs(value) * 0x1p-50});
    }
    rescored_ += slots.size();
}

// Takes the exact scores of the first so many of the estimated rows.
void Survivors::judge_first(std::size_t count, const RowJudge& judge) {
    std::array<Slot, kBlockRows> slots;
    for (std::size_t done = 0; done < count; done += kBlockRows) {
        const std::size_t some = std::min(kBlockRows, count - done);
        for (std::size_t i = 0; i < some; ++i)
            slots[i] = estimated_[done + i].slot;
        judge_rows(std::span(slots).first(some), judge);
    }
    estimated_.erase(estimated_.begin(), estimated_.begin() + static_cast<std::ptrdiff_t>(count));
}

void Survivors::add_judged(std::span<const Slot> slots, const RowJudge& judge) {
    judge_rows(slots, judge);
    if (judged_.size() < 2 * query_->wanted + kSettleAfterMin) return;
    keep_best_judged();
    raise_floor();
    drop_below_floor();
}

void Survivors::keep_best_judged() {
    const std::size_t wanted = query_->wanted;
    if (judged_.size() > wanted) {
        std::nth_element(judged_.begin(), judged_.begin() + static_cast<std::ptrdiff_t>(wanted - 1),
                         judged_.end(), [](const Judged& a, const Judged& b) {
                             return comes_before(a.hit, b.hit);
                         });
        judged_.resize(wanted);
    }
}

void Survivors::judge_unknown(const RowJudge& judge) {
    const auto known = std::partition(estimated_.begin(), estimated_.end(),
                                      [](const Estimated& row) { return row.delta == kInfinity; });
    judge_first(static_cast<std::size_t>(known - estimated_.begin()), judge);
}

// By estimate and number, so that nothing but the rows themselves decides.
void Survivors::keep_best_estimated(const Directory& directory) {
    const std::size_t wanted = query_->wanted;
    if (estimated_.size() <= wanted) return;
    std::nth_element(estimated_.begin(),
                     estimated_.begin() + static_cast<std::ptrdiff_t>(wanted - 1), estimated_.end(),
                     [&](const Estimated& a, const Estimated& b) {
                         if (a.estimate != b.estimate) return a.estimate > b.estimate;
                         return number_of(directory, a.slot) < number_of(directory, b.slot);
                     });
    estimated_.resize(wanted);
}

void Survivors::take(Survivors& other) {
    estimated_.insert(estimated_.end(), other.estimated_.begin(), other.estimated_.end());
    judged_.insert(judged_.end(), other.judged_.begin(), other.judged_.end());
    rescored_ += other.rescored_;
    retries_ += other.retries_;
    other = Survivors(*query_);
}

std::vector<Hit> Survivors::finish(const RowJudge& judge) {
    raise_floor();
    drop_below_floor();
    if (query_->is_proven) {
        // The exact scores of the likely ones rule out most of the others.
        const std::size_t likely = std::min(estimated_.size(), query_->wanted);
        const auto behind = estimated_.begin() + static_cast<std::ptrdiff_t>(likely);
        std::nth_element(
            estimated_.begin(), behind, estimated_.end(),
            [](const Estimated& a, const Estimated& b) { return a.estimate > b.estimate; });
        judge_first(likely, judge);
        raise_floor();
        drop_below_floor();
    } else {
        judge_unknown(judge);
        keep_best_estimated(judge.directory);
    }
    judge_first(estimated_.size(), judge);
    std::sort(judged_.begin(), judged_.end(),
              [](const Judged& a, const Judged& b) { return comes_before(a.hit, b.hit); });
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < std::min(judged_.size(), query_->asked->k); ++i)
        hits.push_back(judged_[i].hit);
    return hits;
}

}  // namespace qr::cpu
