#include "host/backend/row_fault.h"

#include <algorithm>
#include <cmath>

#include "host/base/narrow.h"

namespace qr {

RowFault find_fault(RowFault::Side side, std::size_t row, std::span<const float> components) {
    const auto bad = std::find_if_not(components.begin(), components.end(),
                                      [](float component) { return std::isfinite(component); });
    if (bad == components.end())
        return {.side = side, .kind = RowFault::Kind::zero_vector, .row = row, .component = 0};
    return {.side = side,
            .kind = RowFault::Kind::not_finite,
            .row = row,
            .component = narrow<std::size_t>(bad - components.begin())};
}

}  // namespace qr
