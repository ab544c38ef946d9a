// Requests and answers as files: what a client sends and gets, byte for byte.
//
// <name>.request.json is parsed; <name>.answer.json is what print_rankings or print_scores makes of
// scores 1, 1/2, 1/4... in request order, or print_error of the refusal.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "payloads.h"

namespace qr::native {
namespace {

constexpr Provenance kProvenance = {.id = "golden", .backend = "cpu"};

std::filesystem::path golden_folder() {
    const char* source = std::getenv("QR_SOURCE_DIR");
    return std::filesystem::path(source == nullptr ? "." : source) / "tests/server/dialects/golden";
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.is_open()) << path;
    std::ostringstream text;
    text << file.rdbuf();
    std::string bytes = text.str();
    while (bytes.ends_with('\n'))
        bytes.pop_back();
    return bytes;
}

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

std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
        const std::string file = entry.path().filename().string();
        const std::size_t end = file.find(".request.json");
        if (end != std::string::npos) found.push_back(file.substr(0, end));
    }
    std::sort(found.begin(), found.end());
    return found;
}

TEST(NativeGolden, AnswersEveryRequestAsItsFileSays) {
    const std::vector<std::string> all = names();
    ASSERT_GE(all.size(), 8U);
    for (const std::string& name : all) {
        const std::string request = read(golden_folder() / (name + ".request.json"));
        const std::string expected = read(golden_folder() / (name + ".answer.json"));
        const std::string found = name.starts_with("score") ? score_answer(payload_of(request))
                                                            : rerank_answer(payload_of(request));
        EXPECT_EQ(found, expected) << name;
    }
}

}  // namespace
}  // namespace qr::native
