// Documents as NDJSON: one a line.
#include <algorithm>
#include <new>
#include <utility>

#include "server/dialects/document_source.h"
#include "server/dialects/embedding.h"

namespace qr::collections {
namespace {

constexpr std::size_t kBatchFloats = std::size_t{1} << 20;
constexpr std::size_t kBatchRowsMax = 1'000;
constexpr std::string_view kWhiteSpace = " \t\r";

class Lines final : public DocumentSource {
  public:
    Lines(native::Payload payload, BufferPool& buffers, const UpsertLimits& limits)
        : payload_(std::move(payload)),
          rest_(dialects::json_of(payload_)),
          buffers_(buffers),
          limits_(limits),
          warnings_(limits.parse.warnings_max) {}

    std::string_view unit() const override { return "line"; }

    Result<std::optional<DocumentBatch>> next() override {
        if (mistake_) return *std::exchange(mistake_, std::nullopt);
        try {
            return read_batch();
        } catch (const std::bad_alloc&) {
            return Error{.code = Code::out_of_memory, .message = "no memory for its documents"};
        }
    }

    std::vector<std::string> take_warnings() override {
        return std::exchange(warnings_, json::Warnings(limits_.parse.warnings_max)).take();
    }

  private:
    Result<std::optional<DocumentBatch>> read_batch() {
        const std::size_t rows_max = batch_rows(limits_.dimension);
        Buffer rows = buffers_.take(rows_max * limits_.dimension * sizeof(float));
        auto* const data = reinterpret_cast<float*>(rows.data());
        DocumentBatch batch{std::make_shared<UpsertRequest>(), {}};
        UpsertRequest& request = *batch.documents;
        std::size_t vectors = 0;
        while (!mistake_ && request.labels.size() < rows_max) {
            const std::optional<std::string_view> line = next_line();
            if (!line) break;
            auto read = read_document(*line, buffers_, limits_, warnings_,
                                      {data + vectors * limits_.dimension, limits_.dimension});
            if (!read.ok()) {
                mistake_ = at_place(std::move(read).error(), unit(), line_);
                break;
            }
            if (read->has_vector) {
                ++vectors;
            } else {
                request.texts.document_rows.push_back(request.labels.size());
            }
            request.labels.push_back(std::move(read->label));
            request.extras.push_back(std::move(read->extras));
            batch.places.push_back(line_);
        }
        if (request.labels.empty()) {
            if (mistake_) return *std::exchange(mistake_, std::nullopt);
            return std::optional<DocumentBatch>();
        }
        request.vectors.documents = {data, vectors, limits_.dimension};
        request.vectors.storage.push_back(std::move(rows));
        return std::optional(std::move(batch));
    }

    // The next line that is not empty.
    std::optional<std::string_view> next_line() {
        while (!rest_.empty()) {
            const std::string_view line = rest_.substr(0, rest_.find('\n'));
            rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
            ++line_;
            if (line.find_first_not_of(kWhiteSpace) != std::string_view::npos) return line;
        }
        return std::nullopt;
    }

    native::Payload payload_;
    std::string_view rest_;
    BufferPool& buffers_;
    const UpsertLimits limits_;
    json::Warnings warnings_;
    std::optional<Error> mistake_;  // of the line behind the batch that was given last
    std::size_t line_ = 0;
};

}  // namespace

std::size_t batch_rows(std::size_t dimension) {
    return std::clamp<std::size_t>(kBatchFloats / dimension, 1, kBatchRowsMax);
}

Error at_place(Error error, std::string_view unit, std::size_t place) {
    error.message = std::string(unit) + ' ' + std::to_string(place) + ": " + error.message;
    return error;
}

std::unique_ptr<DocumentSource> read_lines(native::Payload payload, BufferPool& buffers,
                                           const UpsertLimits& limits) {
    return std::make_unique<Lines>(std::move(payload), buffers, limits);
}

}  // namespace qr::collections
