#include "server/dialects/document_lines.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "host/base/check.h"

namespace qr::collections {
namespace {

constexpr std::size_t kBatchFloats = std::size_t{1} << 20;
constexpr std::size_t kBatchRowsMax = 1'000;
// A buffer that one long line needed is given back once a fraction of it would do.
constexpr std::size_t kRoomyFactor = 8;
constexpr std::string_view kWhiteSpace = " \t\r";

Error no_memory() {
    return {.code = Code::out_of_memory, .message = "no memory for its documents"};
}

Error too_long(std::size_t allowed) {
    return {.code = Code::too_large,
            .message = "longer than the allowed " + std::to_string(allowed) + " bytes",
            .allowed = std::to_string(allowed)};
}

}  // namespace

DocumentLines::DocumentLines(BufferPool& buffers, const UpsertLimits& limits)
    : buffers_(buffers), limits_(limits), warnings_(limits.parse.warnings_max) {}

Result<std::span<std::byte>> DocumentLines::room() {
    QR_CHECK(is_hungry_);
    const std::size_t kept = pending().size();
    const std::size_t needed = kept + kPieceBytes;
    if (needed > text_.capacity() || needed < text_.capacity() / kRoomyFactor) {
        try {
            Buffer fitting = buffers_.take(needed);
            if (kept > 0) std::memcpy(fitting.data(), pending().data(), kept);
            text_ = std::move(fitting);
        } catch (const std::bad_alloc&) {
            return no_memory();
        }
    } else if (kept > 0) {
        std::memmove(text_.data(), pending().data(), kept);
    }
    begin_ = 0;
    end_ = kept;
    return std::span(text_.data() + kept, kPieceBytes);
}

void DocumentLines::add(std::size_t size) {
    QR_CHECK(end_ + size <= text_.capacity());
    end_ += size;
    is_hungry_ = false;
}

void DocumentLines::end() {
    is_ended_ = true;
    is_hungry_ = false;
}

Result<std::optional<DocumentBatch>> DocumentLines::next() {
    try {
        fill();
        if (is_hungry_) return std::optional<DocumentBatch>();
        return take_batch();
    } catch (const std::bad_alloc&) {
        return no_memory();
    }
}

std::vector<std::string> DocumentLines::take_warnings() {
    return std::exchange(warnings_, json::Warnings(limits_.parse.warnings_max)).take();
}

std::size_t DocumentLines::held_bytes() const {
    return text_.capacity() + (filling_ ? filling_->rows.capacity() + filling_->line_bytes : 0);
}

// Until the batch is full, a line is wrong, or the piece is used up.
void DocumentLines::fill() {
    const std::size_t rows_max = batch_rows(limits_.dimension);
    if (!filling_ && !mistake_) {
        Buffer rows = buffers_.take(rows_max * limits_.dimension * sizeof(float));
        filling_ = Filling{{std::make_shared<UpsertRequest>(), {}}, std::move(rows)};
    }
    while (!mistake_ && filling_->batch.places.size() < rows_max &&
           filling_->line_bytes < kBatchBytes) {
        const std::optional<std::string_view> line = next_line();
        const std::size_t size = line ? line->size() : pending().size();
        const std::size_t place = line ? line_ : line_ + 1;
        const bool is_too_long = size > limits_.parse.line_bytes_max;
        if (!line && !is_too_long) return;
        const Result<void> added =
            is_too_long ? too_long(limits_.parse.line_bytes_max) : add_document(*line);
        if (added.ok()) continue;
        mistake_ = at_place(added.error(), unit(), place);
        is_hungry_ = false;
    }
}

Result<void> DocumentLines::add_document(std::string_view line) {
    UpsertRequest& request = *filling_->batch.documents;
    const std::size_t dimension = limits_.dimension;
    auto* const rows = reinterpret_cast<float*>(filling_->rows.data());
    auto read = read_document(line, buffers_, limits_, warnings_,
                              {rows + filling_->vectors * dimension, dimension});
    if (!read.ok()) return std::move(read).error();
    if (read->has_vector) {
        ++filling_->vectors;
    } else {
        request.texts.document_rows.push_back(request.labels.size());
    }
    request.labels.push_back(std::move(read->label));
    request.extras.push_back(std::move(read->extras));
    filling_->batch.places.push_back(line_);
    filling_->line_bytes += line.size();
    return {};
}

// The next whole line that is not empty; an empty one that is too long is given, too.
std::optional<std::string_view> DocumentLines::next_line() {
    while (!pending().empty()) {
        const std::size_t newline = pending().find('\n', scanned_);
        if (newline == std::string_view::npos && !is_ended_) break;
        const std::string_view line = pending().substr(0, newline);
        begin_ += std::min(pending().size(), line.size() + 1);
        scanned_ = 0;
        ++line_;
        const bool is_empty = line.find_first_not_of(kWhiteSpace) == std::string_view::npos;
        if (!is_empty || line.size() > limits_.parse.line_bytes_max) return line;
    }
    scanned_ = pending().size();
    is_hungry_ = !is_ended_;
    return std::nullopt;
}

std::string_view DocumentLines::pending() const {
    return {reinterpret_cast<const char*>(text_.data()) + begin_, end_ - begin_};
}

// What stands before a mistake, then the mistake; at the end nothing.
Result<std::optional<DocumentBatch>> DocumentLines::take_batch() {
    std::optional<Filling> filled = std::exchange(filling_, std::nullopt);
    if (!filled || filled->batch.places.empty()) {
        if (mistake_) return *std::exchange(mistake_, std::nullopt);
        return std::optional<DocumentBatch>();
    }
    UpsertRequest& request = *filled->batch.documents;
    request.vectors.documents = {reinterpret_cast<const float*>(filled->rows.data()),
                                 filled->vectors, limits_.dimension};
    request.vectors.storage.push_back(std::move(filled->rows));
    return std::optional(std::move(filled->batch));
}

std::size_t batch_rows(std::size_t dimension) {
    return std::clamp<std::size_t>(kBatchFloats / dimension, 1, kBatchRowsMax);
}

Error at_place(Error error, std::string_view unit, std::size_t place) {
    error.message = std::string(unit) + ' ' + std::to_string(place) + ": " + error.message;
    return error;
}

}  // namespace qr::collections
