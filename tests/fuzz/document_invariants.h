// What must hold for whatever a source of documents gives.
#pragma once

#include <cstddef>

#include "request_invariants.h"
#include "server/dialects/document_source.h"

namespace qr::fuzz {

inline constexpr std::size_t kStoredDimension = 3;

inline collections::UpsertLimits upsert_limits() {
    return {.parse = {.documents_max = 50,
                      .text_bytes_max = 100,
                      .line_bytes_max = 300,
                      .warnings_max = 3,
                      .takes_text = true},
            .dimension = kStoredDimension};
}

inline void check_documents(const collections::UpsertRequest& request) {
    const std::size_t documents = request.labels.size();
    QR_CHECK(request.extras.size() == documents);
    QR_CHECK(request.vectors.documents.rows + request.texts.document_rows.size() == documents);
    if (request.vectors.documents.rows > 0) {
        check_inside(request.vectors.documents, request.vectors.storage);
        QR_CHECK(request.vectors.documents.dimension == kStoredDimension);
    }
    for (const DocumentLabel& label : request.labels)
        QR_CHECK(label.id && !label.id->empty() && label.id->size() <= kIdBytesMax);
    for (const collections::DocumentExtras& extras : request.extras)
        QR_CHECK(extras.tags.size() <= kTagsMax && extras.numbers.size() <= kNumbersMax);
    for (const std::size_t row : request.texts.document_rows)
        QR_CHECK(request.labels.at(row).text.has_value());
}

inline void check_batch(const collections::DocumentBatch& batch) {
    check_documents(*batch.documents);
    QR_CHECK(batch.places.size() == batch.documents->labels.size());
}

// To its end, or to its mistake.
inline void check_source(collections::DocumentSource& source) {
    while (true) {
        const auto batch = source.next();
        if (!batch.ok()) return check_refusal(batch.error());
        if (!batch->has_value()) return;
        check_batch(**batch);
    }
}

}  // namespace qr::fuzz
