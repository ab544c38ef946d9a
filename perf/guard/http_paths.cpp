#include <optional>
#include <span>

#include "perf/gate.h"
#include "perf/guard/hot_path.h"
#include "perf/inputs/http_bytes.h"
#include "perf/inputs/rerank_body.h"
#include "server/http/inflate.h"
#include "tests/support/gzip.h"

namespace qr::perf {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{16} * 1024;
constexpr std::size_t kCachedBytesMax = std::size_t{64} << 20;

class ParseHead final : public HotPath {
  public:
    void prepare() override { head_.reset(); }
    void run() override { head_ = read_head(kRequestHead); }
    void pass_gate() override { perf::pass_gate("parse_head", *head_); }

  private:
    std::optional<Result<http::Head>> head_;
};

class UndoChunks final : public HotPath {
  public:
    void prepare() override { found_ = {}; }
    void run() override { found_ = unchunk(text_, body_.size()); }
    void pass_gate() override { perf::pass_gate("undo_chunks", body_, found_); }

  private:
    const std::string body_ = make_rerank_body(Form::binary, kLarge).bytes;
    const std::string text_ = chunked_text(body_, kChunkBytes);
    std::string found_;
};

class UndoGzip final : public HotPath {
  public:
    void prepare() override { found_.reset(); }
    void run() override { found_ = http::inflate_gzip(packed_, 0, buffers_, {}); }
    void pass_gate() override {
        if (!found_->ok()) shut_gate("undo_gzip", found_->error().message);
        const http::Inflated& inflated = found_->value();
        const auto* const text = reinterpret_cast<const char*>(inflated.storage.data());
        perf::pass_gate("undo_gzip", body_, std::string_view(text, inflated.size));
    }

  private:
    const std::string body_ = make_rerank_body(Form::json_9_digits, kSmall).bytes;
    const std::string packed_ = test::gzip(body_);
    BufferPool buffers_{kCachedBytesMax};
    std::optional<Result<http::Inflated>> found_;
};

}  // namespace

HotPathEntries http_paths() {
    return {{"parse_head_14_fields", &make_path<ParseHead>},
            {"undo_chunks_100x768", &make_path<UndoChunks>},
            {"undo_gzip_json_10x384", &make_path<UndoGzip>}};
}

}  // namespace qr::perf
