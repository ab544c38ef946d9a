// Requests and answers as files: what a client sends and gets, byte for byte.
//
// <name>.request.json is parsed; <name>.answer.json is what print_rankings or print_scores makes of
// scores 1, 1/2, 1/4... in request order, or print_error of the refusal.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "golden_files.h"
#include "payloads.h"

namespace qr::native {
namespace {

constexpr Provenance kProvenance = {.id = "golden", .backend = "cpu"};

std::vector<double> halves(std::size_t count) {
    std::vector<double> scores(count, 1);
    for (std::size_t i = 1; i < count; ++i)
        scores[i] = scores[i - 1] / 2;
    return scores;
}

std::string rerank_answer(Payload payload) {
    const auto parsed = parse_rerank(std::move(payload), test_buffers(), {});
    if (!parsed) return print_error(parsed.error(), kProvenance.id);
    const std::size_t documents = parsed->vectors.documents.rows;
    std::vector<Ranking> rankings(parsed->vectors.queries.rows);
    for (Ranking& ranking : rankings) {
        const std::size_t count = parsed->top_n == 0 ? documents : parsed->top_n;
        for (std::size_t i = 0; i < std::min(count, documents); ++i)
            ranking.documents.push_back({i, halves(documents)[i]});
    }
    return print_rankings(*parsed, rankings, kProvenance);
}

std::string score_answer(Payload payload) {
    const auto parsed = parse_score(std::move(payload), test_buffers(), {});
    if (!parsed) return print_error(parsed.error(), kProvenance.id);
    const std::size_t pairs = parsed->vectors.queries.rows * parsed->vectors.documents.rows;
    return print_scores(*parsed, halves(pairs), kProvenance);
}

TEST(NativeGolden, AnswersEveryRequestAsItsFileSays) {
    const golden::Files files("native");
    const std::vector<std::string> all = files.names();
    ASSERT_GE(all.size(), 8U);
    for (const std::string& name : all) {
        const std::string request = files.read(name + ".request.json");
        const std::string expected = files.read(name + ".answer.json");
        const std::string found = name.starts_with("score") ? score_answer(payload_of(request))
                                                            : rerank_answer(payload_of(request));
        EXPECT_EQ(found, expected) << name;
    }
}

}  // namespace
}  // namespace qr::native
