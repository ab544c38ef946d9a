// Documents as NDJSON, one a line, made of a body's pieces as they come.
//
// Holds one piece, the beginning of the line that it breaks off in, and one batch: however long the
// body is, no more. What comes out does not depend on where the pieces end. Knows no socket: its
// caller puts the pieces into room() and takes the batches out, in turns.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "host/base/buffer.h"
#include "server/dialects/document_source.h"
#include "server/json/warnings.h"

namespace qr::collections {

class DocumentLines final : public DocumentSource {
  public:
    static constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
    // Of the lines of one batch: texts are as long as lines.
    static constexpr std::size_t kBatchBytes = std::size_t{16} << 20;

    DocumentLines(BufferPool& buffers, const UpsertLimits& limits);

    // Whether next() needs more of the body: then a piece goes into room(), and its size into
    // add(), or the body is at its end(). Errors: `out_of_memory`.
    bool is_hungry() const { return is_hungry_; }
    Result<std::span<std::byte>> room();
    void add(std::size_t size);
    void end();

    std::string_view unit() const override { return "line"; }
    // Absent also where it is hungry. Errors besides: `too_large`, for a line.
    Result<std::optional<DocumentBatch>> next() override;
    std::vector<std::string> take_warnings() override;

    std::size_t line() const { return line_; }  // the last that was looked at whole, from 1
    std::size_t held_bytes() const;             // memory for text and for vectors

  private:
    struct Filling {
        DocumentBatch batch;
        Buffer rows;
        std::size_t vectors = 0;
        std::size_t line_bytes = 0;
    };

    void fill();
    Result<void> add_document(std::string_view line);
    std::optional<std::string_view> next_line();
    std::string_view pending() const;
    Result<std::optional<DocumentBatch>> take_batch();

    BufferPool& buffers_;
    const UpsertLimits limits_;
    json::Warnings warnings_;
    Buffer text_;
    std::size_t begin_ = 0;  // of what is pending in it
    std::size_t end_ = 0;
    std::size_t scanned_ = 0;  // of that, without the end of a line
    std::size_t line_ = 0;
    std::optional<Filling> filling_;
    std::optional<Error> mistake_;  // of the line behind the batch
    bool is_hungry_ = true;
    bool is_ended_ = false;
};

}  // namespace qr::collections
