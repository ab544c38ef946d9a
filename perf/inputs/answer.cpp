#include "perf/inputs/answer.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <random>

#include "perf/gate.h"
#include "perf/result_hash.h"

namespace qr::perf {
namespace {

constexpr std::uint32_t kSeed = 20260109;
constexpr native::Provenance kProvenance = {"0192f4c6-2c7e-7b61-9d3a-5b8f0e6d1c42", "cpu"};

void set_shape(ScoreRequest& request, Shape shape) {
    request.vectors.queries = {nullptr, 1, shape.dimension};  // only counted by what prints
    request.vectors.documents = {nullptr, shape.documents, shape.dimension};
}

std::string text_of(std::size_t index) {
    return "Document " + std::to_string(index) +
           ": states that overlap are hard to tell apart; \"fidelity\" says how hard.\n";
}

// Reads a text from front to back; nothing in it may be missing.
class Cursor {
  public:
    Cursor(std::string_view name, std::string_view text) : name_(name), text_(text) {}

    void skip_behind(std::string_view mark) {
        const std::size_t found = text_.find(mark, at_);
        if (found == std::string_view::npos)
            shut_gate(name_, "has no further " + std::string(mark));
        at_ = found + mark.size();
    }
    void expect(std::string_view exactly) {
        if (text_.substr(at_, exactly.size()) != exactly) {
            shut_gate(name_, "has no " + std::string(exactly) + " at byte " + std::to_string(at_));
        }
        at_ += exactly.size();
    }
    void expect_number(double expected) {
        const std::string rest(text_.substr(at_, 40));
        char* end = nullptr;
        const double found = std::strtod(rest.c_str(), &end);
        if (end == rest.c_str() || found != expected) {
            shut_gate(name_, "differs from its number at byte " + std::to_string(at_));
        }
        at_ += static_cast<std::size_t>(end - rest.c_str());
    }

  private:
    std::string_view name_, text_;
    std::size_t at_ = 0;
};

std::string hash_of(std::string_view text) {
    ResultHash hash;
    hash.add(text);
    return hash.text();
}

}  // namespace

std::vector<double> make_scores(std::size_t count) {
    std::mt19937_64 random(kSeed);
    std::vector<double> scores;
    double score = 0.984375;
    for (std::size_t i = 0; i < count; ++i) {
        scores.push_back(score);
        score *= 1 - static_cast<double>(random() >> 11) * 0x1p-53 / 16;
    }
    return scores;
}

RankingAnswer make_ranking_answer(Shape shape, std::size_t top_n, Labels labels) {
    RankingAnswer answer;
    set_shape(answer.request, shape);
    answer.request.top_n = top_n;
    if (labels == Labels::ids_and_texts) {
        answer.request.return_documents = true;
        for (std::size_t i = 0; i < shape.documents; ++i)
            answer.request.labels.push_back({"doc-" + std::to_string(i), text_of(i)});
    }
    const std::vector<double> scores = make_scores(top_n);
    answer.rankings.resize(1);
    for (std::size_t i = 0; i < top_n; ++i)
        answer.rankings[0].documents.push_back({(i * 37) % shape.documents, scores[i]});
    return answer;
}

std::string print(const RankingAnswer& answer) {
    return native::print_rankings(answer.request, answer.rankings, kProvenance);
}

ScoreAnswer make_score_answer(Shape shape) {
    ScoreAnswer answer;
    set_shape(answer.request, shape);
    answer.scores = make_scores(shape.documents);
    return answer;
}

std::string print(const ScoreAnswer& answer) {
    return native::print_scores(answer.request, answer.scores, kProvenance);
}

std::string pass_gate(std::string_view name, const RankingAnswer& answer, std::string_view text) {
    Cursor cursor(name, text);
    cursor.skip_behind("\"results\":[");
    bool is_first = true;
    for (const RankedDocument& ranked : answer.rankings[0].documents) {
        cursor.expect(is_first ? "{\"index\":" : ",{\"index\":");
        is_first = false;
        cursor.expect_number(static_cast<double>(ranked.index));
        if (!answer.request.labels.empty()) {
            cursor.expect(",\"id\":\"doc-" + std::to_string(ranked.index) + "\"");
        }
        cursor.expect(",\"relevance_score\":");
        cursor.expect_number(ranked.score);
        if (answer.request.return_documents) {
            cursor.expect(",\"document\":{\"text\":\"Document " + std::to_string(ranked.index) +
                          R"(: states that overlap are hard to tell apart; \"fidelity\")" +
                          R"( says how hard.\n"})");
        }
        cursor.expect("}");
    }
    cursor.expect("],\"usage\":");
    return hash_of(text);
}

std::string pass_gate(std::string_view name, const ScoreAnswer& answer, std::string_view text) {
    Cursor cursor(name, text);
    cursor.skip_behind("\"scores\":[[");
    bool is_first = true;
    for (const double score : answer.scores) {
        if (!is_first) cursor.expect(",");
        is_first = false;
        cursor.expect_number(score);
    }
    cursor.expect("]],\"usage\":");
    return hash_of(text);
}

std::string pass_gate(std::string_view name, std::span<const double> scores, Numbers numbers,
                      std::string_view answer) {
    Cursor cursor(name, answer);
    for (const double& score : scores) {
        if (numbers == Numbers::bytes) {
            cursor.skip_behind({reinterpret_cast<const char*>(&score), sizeof score});
            continue;
        }
        std::array<char, 32> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), score).ptr;
        cursor.skip_behind({digits.data(), end});
    }
    return hash_of(answer);
}

}  // namespace qr::perf
