// The length of a vector and its scaling, with the same bits on every instruction set.
//
// Squares of float32 are exact in double and are added in eight lanes, then a tree: one order for
// every compiler. A number is multiplied in double and rounded once.
#pragma once

#include <span>

#include "host/base/cpu_features.h"

namespace qr {

double squared_norm(InstructionSet set, std::span<const float> vector);
void scale(InstructionSet set, std::span<float> vector, double factor);

}  // namespace qr
