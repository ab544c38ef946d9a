// The walk over a block that every vector instruction set shares.
//
// Only scan_<set>.cpp may include this: everything is in an anonymous namespace on purpose, as in
// host/backend/cpu/kernel_loop.h. A `Lanes` supplies the arithmetic of a set and a type:
//   kEntry, kType, kRunMax            what queries become, and how many share registers
//   kRegisters, kScratch              vector registers; those for a mask or a product in between
//   kSums                             sums of one query with a whole block
//   kSumsOfVector, kRowsOfVector      sums that become one vector of estimates, and its rows
//   kParts                            times a group is loaded, each time for other components
//   start(run, query)                 a sum before its first group
//   row<part>(plane), factor<part>(entry), add(sum, row, factor)
//   floats(sums), weigh, not_below, keep_bits, store
// In which order a query's sum takes the groups, the number of queries beside it decides, and
// nothing else.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "host/collection/engine/cpu/scan_query.h"
#include "host/collection/engine/cpu/scan_targets.h"

namespace qr::cpu {
namespace {

// What is fetched into the cache for later, some bytes a step. Asking for a line again costs less
// than a branch.
struct Ahead {
    const char* at;
    std::size_t stride;

    // Of the next step; lines of up to two.
    template <std::size_t kLines>
    [[gnu::always_inline]] void fetch() {
        _mm_prefetch(at, _MM_HINT_T1);
        if constexpr (kLines == 2) _mm_prefetch(at + 64, _MM_HINT_T1);
        at += stride;
    }
};

#ifdef __AVX512F__
constexpr std::size_t kRegisterBytes = 64;
#else
constexpr std::size_t kRegisterBytes = 32;
#endif

// Has the sum take its addition in place. Left alone, g++ 12 lets it destroy a factor instead, and
// then lacks registers for what it must copy. Wider ones are emulated, in tests, and in no
// register.
template <class Register>
[[gnu::always_inline]] inline Register keep(Register value) {
    if constexpr (sizeof(Register) <= kRegisterBytes) asm("" : "+v"(value));
    return value;
}

// As many sums of a query as registers hold beside rows, factors and scratch.
template <class Lanes, std::size_t kQueries>
constexpr std::size_t sums_at_once() {
    std::size_t sums = Lanes::kSums;
    while (sums * kQueries + (sums < kQueries ? sums : kQueries) + 1 + Lanes::kScratch >
           Lanes::kRegisters)
        sums /= 2;
    return sums;
}

template <class Lanes, std::size_t kQueries, std::size_t kSums>
struct Sums {
    typename Lanes::Sum of[kQueries][kSums];

    template <std::size_t kPart>
    [[gnu::always_inline]] static typename Lanes::Row row(const std::byte* plane, std::size_t s) {
        return Lanes::template row<kPart>(plane + s * (kGroupBytes / Lanes::kSums));
    }
    template <std::size_t kPart>
    [[gnu::always_inline]] static typename Lanes::Row factor(const std::byte* entries,
                                                             std::size_t q) {
        return Lanes::template factor<kPart>(entries + q * entry_bytes(Lanes::kEntry));
    }
    // The fewer of rows and factors stay in registers, the others pass through one.
    template <std::size_t kPart>
    [[gnu::always_inline]] void add_part(const std::byte* plane, const std::byte* entries) {
        if constexpr (kSums <= kQueries) {
            typename Lanes::Row rows[kSums];
#pragma GCC unroll 8
            for (std::size_t s = 0; s < kSums; ++s)
                rows[s] = row<kPart>(plane, s);
#pragma GCC unroll 12
            for (std::size_t q = 0; q < kQueries; ++q) {
                const auto factor = Sums::factor<kPart>(entries, q);
#pragma GCC unroll 8
                for (std::size_t s = 0; s < kSums; ++s)
                    of[q][s] = keep(Lanes::add(of[q][s], rows[s], factor));
            }
        } else {
            typename Lanes::Row factors[kQueries];
#pragma GCC unroll 12
            for (std::size_t q = 0; q < kQueries; ++q)
                factors[q] = factor<kPart>(entries, q);
#pragma GCC unroll 8
            for (std::size_t s = 0; s < kSums; ++s) {
                const auto row = keep(Sums::row<kPart>(plane, s));
#pragma GCC unroll 12
                for (std::size_t q = 0; q < kQueries; ++q)
                    of[q][s] = keep(Lanes::add(of[q][s], row, factors[q]));
            }
        }
    }

    [[gnu::always_inline]] void add_group(const std::byte* plane, const std::byte* entries) {
        add_part<0>(plane, entries);
        if constexpr (Lanes::kParts == 2) add_part<1>(plane, entries);
    }
};

// What a run of queries is scanned with.
struct Run {
    const std::byte* queries;
    const float* thresholds;
    Passing passing;
    std::uint32_t* passed;
    float (*estimates)[kBlockRows];
};

// Weighs the sums of rows from `first_row` on and writes down which of them passed.
template <class Lanes, std::size_t kQueries, std::size_t kSums>
[[gnu::always_inline]] inline void pass(const Sums<Lanes, kQueries, kSums>& sums,
                                        const ScanBlock& block, std::size_t first_row,
                                        const Run& run) {
    constexpr std::size_t kVectors = kSums / Lanes::kSumsOfVector;
    const auto keep = Lanes::keep_bits(run.passing);
#pragma GCC unroll 12
    for (std::size_t q = 0; q < kQueries; ++q) {
        typename Lanes::Vector estimates[kVectors];
        std::uint32_t passed = 0;
#pragma GCC unroll 8
        for (std::size_t v = 0; v < kVectors; ++v) {
            const std::size_t row = v * Lanes::kRowsOfVector;
            estimates[v] = Lanes::weigh(Lanes::floats(&sums.of[q][v * Lanes::kSumsOfVector]),
                                        block.weights + first_row + row, keep);
            passed |= Lanes::not_below(estimates[v], run.thresholds[q]) << row;
        }
        passed = passed << first_row & block.mask;
        run.passed[q] |= passed;
        if (passed == 0) continue;
#pragma GCC unroll 8
        for (std::size_t v = 0; v < kVectors; ++v) {
            Lanes::store(&run.estimates[q][first_row + v * Lanes::kRowsOfVector], estimates[v]);
        }
    }
}

// With fewer queries than these, reading takes longer than summing: memory is waited for.
constexpr std::size_t kQueriesToFetch = 4;

// Then a plane is read in so many places at once, for a core asks memory for more when it sees more
// streams. On Zen 3 that made 14 GB/s of float32 into 18, where prefetch instructions made it less;
// two streams and eight gave less as well.
constexpr std::size_t kStreams = 4;

// One group after the other, while the upcoming plane is fetched.
template <class Lanes, std::size_t kQueries, std::size_t kSums>
requires(kQueries >= kQueriesToFetch)
    [[gnu::always_inline]] inline void add_groups(Sums<Lanes, kQueries, kSums>& sums,
                                                  const std::byte* plane, const std::byte* entries,
                                                  std::size_t groups, Ahead& ahead) {
    constexpr std::size_t kLines = kSums == Lanes::kSums ? 2 : 1;  // a group has two
    for (std::size_t g = 0; g < groups; ++g) {
        ahead.template fetch<kLines>();
        sums.add_group(plane, entries);
        plane += kGroupBytes;
        entries += kQueries * entry_bytes(Lanes::kEntry);
    }
}

// A group of each stream in turn, then those that are left.
template <class Lanes, std::size_t kQueries, std::size_t kSums>
requires(kQueries < kQueriesToFetch)
    [[gnu::always_inline]] inline void add_groups(Sums<Lanes, kQueries, kSums>& sums,
                                                  const std::byte* plane, const std::byte* entries,
                                                  std::size_t groups, Ahead&) {
    constexpr std::size_t kEntries = kQueries * entry_bytes(Lanes::kEntry);
    const std::size_t share = groups / kStreams;
    const auto add = [&](std::size_t g) {
        sums.add_group(plane + g * kGroupBytes, entries + g * kEntries);
    };
    for (std::size_t g = 0; g < share; ++g) {
        if constexpr (kQueries == 3) {  // unrolled, it wants registers that the sums have
#pragma GCC unroll 1
            for (std::size_t stream = 0; stream < kStreams; ++stream)
                add(stream * share + g);
        } else {
#pragma GCC unroll 4
            for (std::size_t stream = 0; stream < kStreams; ++stream)
                add(stream * share + g);
        }
    }
    for (std::size_t g = kStreams * share; g < groups; ++g)
        add(g);
}

template <class Lanes, std::size_t kQueries>
[[gnu::noinline]] void scan_run(const ScanBlock& block, const Run& run, Ahead& fetched) {
    Ahead ahead = fetched;
    constexpr std::size_t kSums = sums_at_once<Lanes, kQueries>();
    const std::size_t groups = scan_groups(Lanes::kType, block.dimension);
#pragma GCC unroll 12
    for (std::size_t q = 0; q < kQueries; ++q)
        run.passed[q] = 0;
    for (std::size_t first = 0; first < Lanes::kSums; first += kSums) {
        Sums<Lanes, kQueries, kSums> sums;
#pragma GCC unroll 12
        for (std::size_t q = 0; q < kQueries; ++q) {
#pragma GCC unroll 8
            for (std::size_t s = 0; s < kSums; ++s)
                sums.of[q][s] = Lanes::start(run.queries, q);
        }
        add_groups(sums, block.plane + first * (kGroupBytes / Lanes::kSums),
                   run.queries + kQueries * start_bytes(Lanes::kEntry), groups, ahead);
        pass(sums, block, first / Lanes::kSumsOfVector * Lanes::kRowsOfVector, run);
    }
    fetched = ahead;
}

template <class Lanes, std::size_t kQueries>
void scan_run_of(std::size_t length, const ScanBlock& block, const Run& run, Ahead& ahead) {
    if (length == kQueries) return scan_run<Lanes, kQueries>(block, run, ahead);
    if constexpr (kQueries > 1) scan_run_of<Lanes, kQueries - 1>(length, block, run, ahead);
}

// Times that a run of that length walks over the block and fetches something.
template <class Lanes, std::size_t kQueries>
std::size_t walks_of(std::size_t length) {
    if (length == kQueries) return Lanes::kSums / sums_at_once<Lanes, kQueries>();
    if constexpr (kQueries > kQueriesToFetch) return walks_of<Lanes, kQueries - 1>(length);
    return 0;
}

// What is upcoming, spread over the groups that a tile of `count` takes.
template <class Lanes>
Ahead spread(const ScanBlock& block, std::size_t count, std::size_t groups) {
    std::size_t steps = 0;
    std::size_t length = 0;
    for (std::size_t left = count; left > 0; left -= length) {
        length = run_length(left, Lanes::kRunMax);
        steps += walks_of<Lanes, Lanes::kRunMax>(length) * groups;
    }
    const std::byte* const from = block.upcoming.empty() ? block.plane : block.upcoming.data();
    return {reinterpret_cast<const char*>(from),
            steps == 0 ? 0 : (block.upcoming.size() + steps - 1) / steps};
}

template <class Lanes>
void scan(const ScanBlock& block, const ScanTile& tile, ScanHits& hits) {
    const std::size_t groups = scan_groups(Lanes::kType, block.dimension);
    Ahead ahead = spread<Lanes>(block, tile.count, groups);
    std::size_t length = 0;
    for (std::size_t q = 0; q < tile.count; q += length) {
        length = run_length(tile.count - q, Lanes::kRunMax);
        const Run run{.queries = tile.queries + q * query_bytes(Lanes::kEntry, groups),
                      .thresholds = tile.thresholds + q,
                      .passing = tile.passing,
                      .passed = &hits.passed.front() + q,
                      .estimates = hits.estimates + q};
        scan_run_of<Lanes, Lanes::kRunMax>(length, block, run, ahead);
    }
}

template <class Lanes>
constexpr ScanKernel kernel_of(std::string_view name, bool (*is_supported)(),
                               double (*relative_error)(std::size_t)) {
    using Packing = QueryPacking<Lanes::kType, Lanes::kEntry, Lanes::kRunMax>;
    return {.name = name,
            .type = Lanes::kType,
            .is_supported = is_supported,
            .queries_max = 12,
            .tile_bytes = &Packing::tile_bytes,
            .pack_query = &Packing::pack,
            .scan = &scan<Lanes>,
            .relative_error = relative_error};
}

}  // namespace
}  // namespace qr::cpu
