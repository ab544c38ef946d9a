// Requests and answers of every dialect as files, byte for byte.
//
// golden/dialects/<dialect>.<form>.<case>.request.json is read by that form's choices, its texts
// are encoded by a stand-in, and <...>.answer.json is what the form prints of scores 1, 1/2, 1/4...
// in request order, or the dialect's error behind its status.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "golden_files.h"
#include "host/rerank/text_rows.h"
#include "payloads.h"
#include "server/dialects/dialects.h"

namespace qr::dialects {
namespace {

using native::payload_of;
using native::test_buffers;

const std::map<std::string, std::vector<ScoringChoice>, std::less<>>& forms() {
    static const std::map<std::string, std::vector<ScoringChoice>, std::less<>> all = {
        {"tei.rerank", {{"", &kTeiRerank}}},
        {"tei.similarity", {{"", &kTeiSimilarity}}},
        {"cohere.v1", {{"", &kCohereV1Rerank}}},
        {"cohere.v2", {{"", &kCohereV2Rerank}}},
        {"jina.rerank", {{"", &kJinaRerank}}},
        {"voyage.rerank", {{"", &kVoyageRerank}}},
        {"vllm.score", {{"", &kVllmScore}}},
        {"nim.ranking", {{"", &kNimRanking}}},
        {"original.rerank", {{"", &kOriginalRerank}}},
        {"shared.rerank",
         {{"documents", &kNativeRerank},
          {"texts", &kTeiRerank},
          {"candidates", &kOriginalRerank},
          {"passages", &kNimRanking}}},
    };
    return all;
}

// Two components a text: which they are does not matter here.
EncodedTexts encoded(const RerankRequest& request) {
    const std::size_t texts = encoder_inputs(request).size();
    EncodedTexts made{.rows = Buffer(texts * 2 * sizeof(float)), .dimension = 2};
    std::fill_n(reinterpret_cast<float*>(made.rows.data()), texts * 2, 1.0F);
    made.tokens = 3 * texts;
    return made;
}

std::string answer(const std::string& form_name, const std::string& body) {
    native::ParseLimits limits;
    limits.takes_text = true;
    ScoringReading reading =
        read_scoring(payload_of(body), test_buffers(), limits, forms().at(form_name));
    const Dialect dialect = reading.form->dialect;
    const auto refuse = [dialect](const Error& error) {
        return std::to_string(status_of(dialect, error)) + '\n' +
               print_error(dialect, error, "golden");
    };
    if (!reading.request) return refuse(reading.request.error());
    RerankRequest request = *std::move(reading.request);
    const bool has_texts = !request.texts.is_empty();
    EncodedTexts texts = encoded(request);
    const native::Provenance provenance{.id = "golden",
                                        .backend = "cpu",
                                        .encoder = has_texts ? "stand-in" : "",
                                        .tokens = has_texts ? texts.tokens : 0,
                                        .created = 1'700'000'000,
                                        .milliseconds = 0.25};
    const auto placed = place_vectors(request, std::move(texts), test_buffers());
    if (!placed.ok()) return refuse(placed.error());
    std::vector<double> scores(request.vectors.queries.rows * request.vectors.documents.rows, 1);
    for (std::size_t i = 1; i < scores.size(); ++i)
        scores[i] = scores[i - 1] / 2;
    return reading.form->print(request, scores, provenance).body;
}

TEST(DialectsGolden, AnswersEveryRequestAsItsFileSays) {
    const golden::Files files("dialects");
    const std::vector<std::string> names = files.names();
    ASSERT_GE(names.size(), 30U);
    for (const std::string& name : names) {
        const std::string form = name.substr(0, name.find('.', name.find('.') + 1));
        EXPECT_EQ(answer(form, files.read(name + ".request.json")),
                  files.read(name + ".answer.json"))
            << name;
    }
}

TEST(DialectsGolden, HasACaseOfEveryForm) {
    const std::vector<std::string> names = golden::Files("dialects").names();
    for (const auto& [form, choices] : forms()) {
        const auto is_of_form = [begin = form + '.'](const std::string& name) {
            return name.starts_with(begin);
        };
        const bool is_there = std::ranges::any_of(names, is_of_form);
        EXPECT_TRUE(is_there) << form;
    }
}

TEST(DialectsGolden, EveryFormUnderstandsTheCommonOptions) {
    for (const auto& [name, choices] : forms()) {
        for (const ScoringChoice& choice : choices) {
            for (const std::string_view option : {"method", "timeout_ms", "priority"})
                EXPECT_EQ(std::ranges::count(choice.form->grammar.names, option), 1)
                    << name << ' ' << option;
        }
    }
}

}  // namespace
}  // namespace qr::dialects
