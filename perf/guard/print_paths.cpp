#include "perf/guard/hot_path.h"
#include "perf/inputs/answer.h"

namespace qr::perf {
namespace {

class PrintRankings final : public HotPath {
  public:
    explicit PrintRankings(Labels labels) : answer_(make_ranking_answer(kLarge, 100, labels)) {}
    void prepare() override { text_ = {}; }
    void run() override { text_ = print(answer_); }
    void pass_gate() override { perf::pass_gate("print_rankings", answer_, text_); }

  private:
    const RankingAnswer answer_;
    std::string text_;
};

}  // namespace

HotPathEntries print_paths() {
    return {{"print_rankings_100", &make_path<PrintRankings, Labels::none>},
            {"print_rankings_100_with_texts", &make_path<PrintRankings, Labels::ids_and_texts>}};
}

}  // namespace qr::perf
