// Texts in: their vectors alone, and a whole request but for its sockets.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "host/rerank/reranker.h"
#include "host/rerank/text_rows.h"
#include "host/text/encode_now.h"
#include "host/text/encoders.h"
#include "host/text/text_vectors.h"
#include "perf/gate.h"
#include "perf/guard/hot_path.h"
#include "perf/guard/scored_vectors.h"
#include "perf/inputs/answer.h"
#include "perf/inputs/english.h"
#include "server/dialects/dialects.h"

namespace qr::perf {
namespace {

constexpr std::size_t kTexts = 100;
constexpr std::size_t kBytes = 100;  // of each
constexpr double kTolerance = 1e-6;  // of what is made in float32
constexpr std::size_t kCachedBytesMax = std::size_t{64} << 20;

using Vectors = std::vector<std::vector<double>>;

Vectors expected_vectors(const std::vector<std::string>& texts) {
    const Model2Vec model = embedded_model();
    Vectors vectors;
    for (const std::string& text : texts)
        vectors.push_back(expected_vector(model, text));
    return vectors;
}

class EncodeTexts final : public HotPath {
  public:
    EncodeTexts() : found_(kTexts * vectors_.model().dimension) {}
    void run() override {
        const std::size_t dimension = vectors_.model().dimension;
        for (std::size_t i = 0; i < kTexts; ++i)
            vectors_.write(texts_[i], std::span(found_).subspan(i * dimension, dimension));
    }
    void pass_gate() override {
        std::size_t at = 0;
        for (const std::vector<double>& vector : expected_) {
            for (const double number : vector) {
                if (std::abs(number - double{found_[at]}) > kTolerance)
                    shut_gate("encode", "differs at number " + std::to_string(at));
                ++at;
            }
        }
    }

  private:
    const TextVectors vectors_{embedded_model(), InstructionSet::avx2};
    const std::vector<std::string> texts_ = english_texts(kTexts, kBytes);
    const Vectors expected_ = expected_vectors(texts_);
    std::vector<float> found_;
};

class StoppedClock final : public Clock {
  public:
    TimePoint now() const override { return TimePoint(std::chrono::seconds(1)); }
};

// The first text against the others, as text-embeddings-inference is asked.
class RerankTexts final : public HotPath {
  public:
    void prepare() override {
        request_.reset();
        scores_.reset();
        answer_ = {};
        payload_ = {Buffer(body_.size()), 0, body_.size(), std::nullopt};
        std::ranges::copy(std::as_bytes(std::span(body_)), payload_.storage.data());
    }
    void run() override {
        const dialects::ScoringChoice choice{"texts", &dialects::kTeiRerank};
        dialects::ScoringReading reading = dialects::read_scoring(
            std::move(payload_), buffers_, {.takes_text = true}, {&choice, 1});
        RerankRequest& request = request_.emplace(std::move(reading.request).value());
        EncodedTexts encoded = encode_now(*encoder_, encoder_inputs(request)).value();
        if (!place_vectors(request, std::move(encoded), buffers_).ok()) return;
        const ScoreTask task = qr::prepare(request.vectors, request.method, {}).value();
        scores_ = backend_->score({{task}}).value().tasks.at(0).values;
        answer_ = reading.form->print(request, *scores_, {});
    }
    void pass_gate() override {
        if (!scores_) shut_gate("rerank texts", "has no scores");
        const Vectors expected = expected_vectors(texts_);
        for (std::size_t i = 0; i < kTexts; ++i) {
            const double cosine = std::inner_product(expected[0].begin(), expected[0].end(),
                                                     expected[1 + i].begin(), 0.0);
            const double score = std::pow((1 + cosine) / 2, 2);
            if (std::abs(score - scores_->at(i)) > kTolerance)
                shut_gate("rerank texts", "differs at score " + std::to_string(i));
        }
        std::vector<double> ranked = *scores_;
        std::ranges::sort(ranked, std::greater{});
        perf::pass_gate("rerank texts", ranked, Numbers::digits, answer_.body);
    }

  private:
    std::string make_body() const {
        std::string body = R"({"query": )" + quoted(texts_[0]) + R"(, "texts": [)";
        for (std::size_t i = 1; i < texts_.size(); ++i)
            body += (i == 1 ? "" : ", ") + quoted(texts_[i]);
        return body + "]}";
    }
    // Of the licence, which has quotation marks and ends of lines, but no other such character.
    static std::string quoted(const std::string& text) {
        std::string quoted = "\"";
        for (const char c : text) {
            if (c == '\n') {
                quoted += "\\n";
                continue;
            }
            if (c == '"') quoted += '\\';
            quoted += c;
        }
        return quoted + '"';
    }

    const std::vector<std::string> texts_ = english_texts(1 + kTexts, kBytes);
    const std::string body_ = make_body();
    const StoppedClock clock_;
    BufferPool buffers_{kCachedBytesMax};
    const std::unique_ptr<Encoder> encoder_ = make_embedded_encoder(buffers_, clock_).value();
    const std::unique_ptr<FidelityBackend> backend_ = make_counted_backend();
    native::Payload payload_;
    std::optional<RerankRequest> request_;
    std::optional<std::vector<double>> scores_;
    dialects::Answer answer_;
};

}  // namespace

HotPathEntries text_paths() {
    return {{"encode_100_texts", &make_path<EncodeTexts>},
            {"text_rerank_100", &make_path<RerankTexts>}};
}

}  // namespace qr::perf
