// Queries as the kernels read them: cut into runs of a few queries that share registers, and in
// each run group by group, so that one pass over a block walks a run's bytes once, forwards.
//
//   run of Q queries: [Q] starts (int8_quads alone) | [groups][Q] entries
//
// An entry is what one query holds against a group of components, ready to be broadcast. Compiled
// without target flags; the kernels' files take addresses here and define nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::cpu {

// What an entry is.
enum class Entry : std::uint8_t {
    float_one,      // 4 bytes: a float32, for planes of float32
    float_pair,     // 8 bytes: for planes of 16-bit floats, which are widened; the query is exact
    bfloat16_pair,  // 4 bytes: for VDPBF16PS, rounded
    int16_quad,     // 8 bytes: for int8 rows widened to int16, in finer steps than the rows'
    int8_quad,      // 4 bytes: for VPDPBUSD on rows + 128; a start takes the 128 back
};

constexpr std::size_t entry_bytes(Entry entry) {
    return entry == Entry::float_pair || entry == Entry::int16_quad ? 8 : 4;
}
constexpr std::size_t start_bytes(Entry entry) {
    return entry == Entry::int8_quad ? 4 : 0;
}
// Bytes that every query of a tile adds to it.
constexpr std::size_t query_bytes(Entry entry, std::size_t groups) {
    return start_bytes(entry) + groups * entry_bytes(entry);
}

// Queries of the next run, of those that are left: as few runs as can be, of nearly equal length.
constexpr std::size_t run_length(std::size_t left, std::size_t longest) {
    const std::size_t runs = (left + longest - 1) / longest;
    return (left + runs - 1) / runs;
}

// The functions of ScanKernel for planes of one type, entries of one kind, runs of up to so many.
template <Dtype kType, Entry kEntry, std::size_t kLongestRun>
struct QueryPacking {
    static std::size_t tile_bytes(std::size_t dimension, std::size_t count);
    static PackedQuery pack(std::span<const float> query, std::size_t place, std::size_t count,
                            std::byte* tile);
};

// Of chains of fused or unfused additions, a term or a pair of terms at a time, in float32.
double float_chain_error(std::size_t dimension);
// Of VDPBF16PS, whose roundings no document fixes.
double dot_instruction_error(std::size_t dimension);
// Of sums of integers, which are exact.
double integer_error(std::size_t dimension);

}  // namespace qr::cpu
