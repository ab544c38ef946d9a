// What this machine can do at most, measured: multiply-adds from registers alone, bytes read from
// memory far larger than its caches. One thread; times are those of its CPU.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "host/encoding/half.h"

namespace qr::perf {

double cpu_seconds();

// Multiply-adds a second of the instruction that a kernel of that name and type sums with, in a
// loop that touches no memory. Of the scalar kernel: 0.
double multiply_add_rate(std::string_view kernel, Dtype type);

// Bytes a second, of the best of several ways to read the whole buffer once: one stream with and
// without prefetching, two and four streams. Its size is a multiple of 4 KiB.
double read_rate(std::span<const std::byte> buffer);

}  // namespace qr::perf
