#include "host/collection/engine/table_layout.h"

#include <string>

#include "host/base/misfit.h"
#include "kernels/math/amplitude.h"

namespace qr {

Result<void> check_layout(const TableLayout& layout) {
    if (layout.dimension < 1 || layout.dimension > math::kDimensionMax) {
        const std::string found = std::to_string(layout.dimension);
        const std::string allowed = "1.." + std::to_string(math::kDimensionMax);
        return misfit_at(Code::invalid, "dimension", found, allowed);
    }
    if (layout.storage == Dtype::int8) {
        const std::string allowed = "float32, float16, bfloat16";
        return Error{.code = Code::invalid,
                     .message = "storage: found int8, allowed: " + allowed,
                     .pointer = "storage",
                     .found = "int8",
                     .allowed = allowed};
    }
    return {};
}

Error no_table_memory(std::size_t bytes, std::size_t taken, std::size_t limit) {
    const std::string needed = std::to_string(bytes) + " bytes more for rows";
    if (limit == 0) {
        return {.code = Code::out_of_memory,
                .message = "collections: " + needed + ", which this machine does not have left"};
    }
    return {.code = Code::out_of_memory,
            .message = "collections: " + needed + ", " + std::to_string(taken) +
                       " are taken, allowed: " + std::to_string(limit),
            .found = std::to_string(taken + bytes),
            .allowed = std::to_string(limit)};
}

}  // namespace qr
