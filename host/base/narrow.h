// The one way to make an integer smaller: the value must survive.
#pragma once

#include <concepts>
#include <utility>

#include "host/base/check.h"

namespace qr {

template <std::integral To, std::integral From>
constexpr To narrow(From value) {
    QR_CHECK(std::in_range<To>(value));
    return static_cast<To>(value);
}

}  // namespace qr
