// What each dialect costs beside the native one: the bytes of a body to a request, scores to the
// bytes of an answer. All ask for the same: every one of 100 documents, ranked, without its text.
#include <algorithm>
#include <array>
#include <optional>

#include "perf/gate.h"
#include "perf/guard/hot_path.h"
#include "perf/inputs/answer.h"
#include "perf/inputs/rerank_body.h"
#include "server/dialects/dialects.h"
#include "server/dialects/kserve_inference.h"

namespace qr::perf {
namespace {

using dialects::ScoringChoice;
using dialects::ScoringReading;

constexpr std::size_t kCachedBytesMax = std::size_t{64} << 20;
constexpr native::Provenance kProvenance = {"0192f4c6-2c7e-7b61-9d3a-5b8f0e6d1c42", "cpu"};

// As routes.cpp has them on the paths that these dialects' clients use.
constexpr ScoringChoice kNative{"documents", &dialects::kNativeRerank};
constexpr ScoringChoice kTei{"texts", &dialects::kTeiRerank};
constexpr ScoringChoice kCollection{"collection", &dialects::kNativeRerank};
constexpr ScoringChoice kOriginal{"candidates", &dialects::kOriginalRerank};
constexpr ScoringChoice kNim{"passages", &dialects::kNimRanking};
constexpr std::array kOnV1Rerank = {kNative, kTei, kCollection, kOriginal, kNim};
constexpr std::array kOnRerank = {kTei, kNative, kCollection, kOriginal, kNim};
constexpr std::array kOnV2Rerank = {ScoringChoice{"", &dialects::kCohereV2Rerank}};
constexpr std::array kOnJina = {ScoringChoice{"", &dialects::kJinaRerank}};
constexpr std::array kOnVoyage = {ScoringChoice{"", &dialects::kVoyageRerank}};
constexpr std::array kOnScore = {ScoringChoice{"", &dialects::kVllmScore}};
constexpr std::array kOnV1Ranking = {kNim};

using Read = ScoringReading (*)(native::Payload, BufferPool&);

template <const auto& choices>
ScoringReading read_on(native::Payload payload, BufferPool& buffers) {
    return dialects::read_scoring(std::move(payload), buffers, {}, choices);
}

ScoringReading read_kserve(native::Payload payload, BufferPool& buffers) {
    return kserve::read_inference(std::move(payload), buffers, {}, kserve::ModelId::rerank);
}

enum class Order { ranked, as_requested };

struct Spoken {
    RerankBody body;
    Read read;
    Numbers numbers = Numbers::digits;  // of the answer
    Order order = Order::ranked;
};

class ReadAndPrint final : public HotPath {
  public:
    explicit ReadAndPrint(Spoken spoken)
        : spoken_(std::move(spoken)), scores_(make_scores(spoken_.body.shape.documents)) {
        for (std::size_t i = 0; i < scores_.size(); ++i)
            std::swap(scores_[i], scores_[i * 37 % scores_.size()]);
    }
    void prepare() override {
        reading_.reset();
        answer_ = {};
        payload_ = payload_of(spoken_.body);
    }
    void run() override {
        reading_ = spoken_.read(std::move(payload_), buffers_);
        if (reading_->request.ok())
            answer_ = reading_->form->print(*reading_->request, scores_, kProvenance);
    }
    void pass_gate() override {
        if (!reading_->request.ok()) shut_gate("dialect", reading_->request.error().message);
        perf::pass_gate("dialect", spoken_.body, *reading_->request);
        std::vector<double> expected = scores_;
        if (spoken_.order == Order::ranked) std::ranges::sort(expected, std::greater{});
        perf::pass_gate("dialect", expected, spoken_.numbers, answer_.body);
    }

  private:
    const Spoken spoken_;
    std::vector<double> scores_;
    BufferPool buffers_{kCachedBytesMax};
    native::Payload payload_;
    std::optional<ScoringReading> reading_;
    dialects::Answer answer_;
};

std::unique_ptr<HotPath> speak(Spoken spoken) {
    return std::make_unique<ReadAndPrint>(std::move(spoken));
}

RerankBody json(const Frame& frame) {
    return make_rerank_body(Form::json_9_digits, kLarge, frame);
}

constexpr Frame kVoyageWords = {.closing = R"(, "model": "vectors", "top_k": 100})"};
constexpr Frame kModelWords = {.closing = R"(, "model": "vectors", "top_n": 100})"};
constexpr Frame kNativeWords = {.closing = R"(, "top_n": 100})"};
constexpr Frame kJinaWords = {
    .closing = R"(, "model": "vectors", "top_n": 100, "return_documents": false})"};
constexpr Frame kTeiWords = {.middle = R"(, "texts": )", .closing = R"(, "raw_scores": false})"};
constexpr Frame kNimWords = {
    .opening = R"({"model": "vectors", "query": )", .middle = R"(, "passages": )", .closing = "}"};
constexpr Frame kOriginalWords = {.middle = R"(, "candidates": )",
                                  .closing = R"(, "top_k": 100, "method": "hybrid"})"};
constexpr Frame kVllmWords = {
    .opening = R"({"model": "vectors", "data_1": [)", .middle = R"(], "data_2": )", .closing = "}"};
constexpr Frame kKserveWords = {
    .opening = R"({"inputs": [{"name": "QUERY", "shape": [768], "datatype": "FP32", "data": )",
    .middle = R"(}, {"name": "DOCUMENTS", "shape": [100, 768], "datatype": "FP32", "data": )",
    .closing = "}]}"};
constexpr std::string_view kKserveHeader =
    R"({"inputs": [{"name": "QUERY", "shape": [768], "datatype": "FP32", )"
    R"("parameters": {"binary_data_size": 3072}}, )"
    R"({"name": "DOCUMENTS", "shape": [100, 768], "datatype": "FP32", )"
    R"("parameters": {"binary_data_size": 307200}}], )"
    R"("outputs": [{"name": "SCORES", "parameters": {"binary_data": true}}, )"
    R"({"name": "INDICES", "parameters": {"binary_data": true}}]})";

}  // namespace

HotPathEntries dialect_paths() {
    return {
        {"dialect_native",
         [] {
             return speak({json(kNativeWords), &read_on<kOnV1Rerank>});
         }},
        {"dialect_tei",
         [] {
             return speak({json(kTeiWords), &read_on<kOnRerank>});
         }},
        {"dialect_cohere",
         [] {
             return speak({json(kModelWords), &read_on<kOnV2Rerank>});
         }},
        {"dialect_jina",
         [] {
             return speak({json(kJinaWords), &read_on<kOnJina>});
         }},
        {"dialect_voyage",
         [] {
             return speak({json(kVoyageWords), &read_on<kOnVoyage>});
         }},
        {"dialect_vllm",
         [] {
             return speak({.body = json(kVllmWords),
                           .read = &read_on<kOnScore>,
                           .order = Order::as_requested});
         }},
        {"dialect_nim",
         [] {
             return speak({json(kNimWords), &read_on<kOnV1Ranking>});
         }},
        {"dialect_original",
         [] {
             return speak({json(kOriginalWords), &read_on<kOnRerank>});
         }},
        {"dialect_kserve",
         [] {
             return speak({json(kKserveWords), &read_kserve});
         }},
        {"binary_dialect_native",
         [] {
             return speak(
                 {make_rerank_body(Form::binary, kLarge, kNativeWords), &read_on<kOnV1Rerank>});
         }},
        {"binary_dialect_kserve",
         [] {
             return speak({.body = make_tensor_body(kLarge, std::string(kKserveHeader)),
                           .read = &read_kserve,
                           .numbers = Numbers::bytes});
         }},
    };
}

}  // namespace qr::perf
