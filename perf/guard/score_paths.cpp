#include <algorithm>
#include <numeric>
#include <optional>
#include <random>
#include <span>

#include "host/rerank/reranker.h"
#include "perf/gate.h"
#include "perf/guard/hot_path.h"
#include "perf/guard/scored_vectors.h"

namespace qr::perf {
namespace {

constexpr std::uint32_t kSeed = 1;
constexpr unsigned kLevels = 1024;  // of scores: some are equal

class Score final : public HotPath {
  public:
    explicit Score(scoring::Method method)
        : vectors_(100, 768, method), backend_(make_counted_backend()) {}
    void prepare() override { scores_.reset(); }
    void run() override { scores_ = backend_->score(batch_); }
    void pass_gate() override {
        if (!scores_->ok()) shut_gate("score", scores_->error().message);
        vectors_.pass_gate("score", scores_->value().tasks.at(0).values);
    }

  private:
    const ScoredVectors vectors_;
    const ScoreBatch batch_ = {{vectors_.task()}};
    const std::unique_ptr<FidelityBackend> backend_;
    std::optional<Result<Scores>> scores_;
};

class Rank final : public HotPath {
  public:
    Rank(std::size_t top_n, std::size_t documents) : top_n_(top_n), scores_(documents) {
        std::mt19937 random(kSeed);
        for (double& one : scores_)
            one = static_cast<double>(random() % kLevels) / kLevels;
    }
    void prepare() override { rankings_.clear(); }
    void run() override { rankings_ = rank(scores_, 1, scores_.size(), top_n_); }
    void pass_gate() override {
        std::vector<std::size_t> order(scores_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, [this](auto a, auto b) { return scores_[a] > scores_[b]; });
        std::vector<double> expected, found;
        for (const std::size_t index : std::span(order).first(top_n_))
            expected.insert(expected.end(), {static_cast<double>(index), scores_[index]});
        for (const RankedDocument& ranked : rankings_.at(0).documents)
            found.insert(found.end(), {static_cast<double>(ranked.index), ranked.score});
        perf::pass_gate<double>("rank", expected, found);
    }

  private:
    const std::size_t top_n_;
    std::vector<double> scores_;
    std::vector<Ranking> rankings_;
};

}  // namespace

HotPathEntries score_paths() {
    return {
        {"score_signed_fidelity_100x768", &make_path<Score, scoring::Method::signed_fidelity>},
        {"score_bures_angle_100x768", &make_path<Score, scoring::Method::bures_angle>},
        {"score_dot_100x768", &make_path<Score, scoring::Method::dot>},
        {"rank_100_of_100", &make_path<Rank, 100, 100>},
        {"rank_10_of_10000", &make_path<Rank, 10, 10'000>},
    };
}

}  // namespace qr::perf
