// Any bytes as a body that stores documents: JSON with tensors behind it, lines, or a file of
// vectors, as its first byte says. Of lines it looks that nothing depends on how they are cut up.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "document_invariants.h"
#include "server/dialects/document_lines.h"
#include "server/dialects/embedding.h"

namespace qr::fuzz {
namespace {

using Sources = Result<std::unique_ptr<collections::DocumentSource>>;

void check_upsert(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return;
    const std::size_t header = size - 1 < data[0] ? size - 1 : data[0];
    for (const bool is_binary : {false, true}) {
        const auto length = is_binary ? std::optional(header) : std::nullopt;
        auto read = collections::read_upsert(payload_of(data + 1, size - 1, length, 0), buffers(),
                                             upsert_limits());
        if (!read.ok()) {
            check_refusal(read.error());
            continue;
        }
        check_documents(*read);
        const std::size_t documents = read->labels.size();
        QR_CHECK(collections::take_documents(*read, 1).size() == documents);
    }
}

void check_removal(const std::uint8_t* data, std::size_t size) {
    const auto read =
        collections::read_removal(payload_of(data, size, std::nullopt, 0), upsert_limits().parse);
    if (!read.ok()) return check_refusal(read.error());
    QR_CHECK(read->ids.empty() != !read->filter);
    QR_CHECK(!read->filter || !read->filter->is_empty());
}

// The documents and what ends them, however the body was cut up.
std::string lines_of(std::string_view body, std::size_t piece) {
    collections::DocumentLines lines(buffers(), upsert_limits());
    std::string found;
    while (true) {
        if (lines.is_hungry()) {
            const std::string_view part = body.substr(0, piece);
            body.remove_prefix(part.size());
            if (part.empty()) {
                lines.end();
            } else {
                const auto room = lines.room();
                QR_CHECK(room.ok() && room->size() == collections::DocumentLines::kPieceBytes);
                std::memcpy(room->data(), part.data(), part.size());
                lines.add(part.size());
            }
        }
        const auto batch = lines.next();
        if (!batch.ok()) {
            // A line may be too long, as no part of other bodies is.
            if (batch.error().code != Code::too_large) check_refusal(batch.error());
            return found + batch.error().message;
        }
        if (!*batch && !lines.is_hungry()) return found;
        if (!*batch) continue;
        check_batch(**batch);
        for (std::size_t i = 0; i < (*batch)->places.size(); ++i) {
            found += std::to_string((*batch)->places[i]) + ' ';
            found += *(*batch)->documents->labels[i].id + '\n';
        }
    }
}

void check_lines(const native::Payload& payload, std::size_t piece) {
    const std::string_view body = dialects::json_of(payload);
    QR_CHECK(lines_of(body, piece) == lines_of(body, collections::DocumentLines::kPieceBytes));
}

void check_file(Sources source) {
    if (!source.ok()) return check_refusal(source.error());
    check_source(**source);
}

}  // namespace
}  // namespace qr::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace qr;
    if (size == 0) return EXIT_SUCCESS;
    const std::uint8_t kind = data[0] % 5;
    const std::size_t piece = 1 + data[0] / 5;
    ++data;
    --size;
    native::Payload payload = fuzz::payload_of(data, size, std::nullopt, 0);
    const collections::UpsertLimits limits = fuzz::upsert_limits();
    if (kind == 0) fuzz::check_upsert(data, size);
    if (kind == 1) {
        fuzz::check_lines(payload, piece);
    } else if (kind == 2) {
        fuzz::check_file(
            collections::read_npy(std::move(payload), fuzz::buffers(), limits, {.prefix = "p"}));
    } else if (kind == 3) {
        fuzz::check_file(
            collections::read_safetensors(std::move(payload), fuzz::buffers(), limits, {}));
    } else if (kind == 4) {
        fuzz::check_removal(data, size);
    }
    return EXIT_SUCCESS;
}
