#include "host/backend/cpu/read_out.h"

#include <cstddef>

#include "host/base/check.h"

namespace qr::cpu {

void read_out(scoring::Method method, double query_norm2, std::span<const double> document_norms2,
              std::span<double> dots_to_scores) {
    QR_CHECK(document_norms2.size() == dots_to_scores.size());
    const double* const norms2 = document_norms2.data();
    double* const values = dots_to_scores.data();
    const std::size_t count = dots_to_scores.size();
    scoring::visit(method, [=](auto pipeline) {
        for (std::size_t i = 0; i < count; ++i) {
            values[i] = pipeline.score(
                {.dot = values[i], .query_norm2 = query_norm2, .document_norm2 = norms2[i]});
        }
    });
}

}  // namespace qr::cpu
