#include <optional>
#include <span>

#include "host/encoding/half.h"
#include "perf/gate.h"
#include "perf/guard/hot_path.h"
#include "perf/inputs/rerank_body.h"

namespace qr::perf {
namespace {

constexpr std::size_t kCachedBytesMax = std::size_t{64} << 20;
constexpr std::size_t kHalves = std::size_t{512} * 1536;

class Decode final : public HotPath {
  public:
    Decode(Form form, std::size_t documents, std::size_t dimension)
        : body_(make_rerank_body(form, {documents, dimension})) {}
    void prepare() override {
        parsed_.reset();
        payload_ = payload_of(body_);
    }
    void run() override { parsed_ = native::parse_rerank(std::move(payload_), buffers_, {}); }
    void pass_gate() override {
        if (!parsed_->ok()) shut_gate("decode", parsed_->error().message);
        perf::pass_gate("decode", body_, parsed_->value());
    }

  private:
    const RerankBody body_;
    BufferPool buffers_{kCachedBytesMax};
    native::Payload payload_;
    std::optional<Result<RerankRequest>> parsed_;
};

// Whole numbers -1024..1023, which float16 holds exactly.
class WidenFloat16 final : public HotPath {
  public:
    WidenFloat16() : expected_(kHalves), found_(kHalves) {
        for (std::size_t i = 0; i < kHalves; ++i) {
            const int whole = static_cast<int>(i % 2048) - 1024;
            expected_[i] = static_cast<float>(whole);
            append(whole);
        }
    }
    void run() override { widen(InstructionSet::avx2, Dtype::float16, bytes_, found_); }
    void pass_gate() override { perf::pass_gate<float>("widen", expected_, found_); }

  private:
    void append(int whole) {
        unsigned size = static_cast<unsigned>(whole < 0 ? -whole : whole);
        unsigned bits = whole < 0 ? 0x8000U : 0U;
        if (size != 0) {
            unsigned exponent = 25;  // of 2^10
            for (; size < 1024; size *= 2)
                --exponent;
            bits |= exponent << 10 | (size & 1023U);
        }
        bytes_.push_back(static_cast<std::byte>(bits & 0xFF));
        bytes_.push_back(static_cast<std::byte>(bits >> 8));
    }

    std::vector<std::byte> bytes_;
    std::vector<float> expected_, found_;
};

}  // namespace

HotPathEntries decode_paths() {
    return {
        {"decode_binary_100x768", &make_path<Decode, Form::binary, 100, 768>},
        {"decode_base64_100x768", &make_path<Decode, Form::base64, 100, 768>},
        {"decode_json_100x768", &make_path<Decode, Form::json_9_digits, 100, 768>},
        {"decode_json_10x384", &make_path<Decode, Form::json_9_digits, 10, 384>},
        {"widen_float16_512x1536", &make_path<WidenFloat16>},
    };
}

}  // namespace qr::perf
