#include "host/collection/engine/cpu/query_tiles.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <tuple>

namespace qr::cpu {
namespace {

constexpr std::size_t kLine = 64;

// Overlaps that differ by less may have equal scores, whatever the read-out: roundings of squares,
// of 1 + c and of the library's arccos, whose slope is never below 2/pi.
constexpr double kOverlapTie = 0x1p-48;

Passing passing_of(const PassQuery& query) {
    return ranks_by_magnitude(query.asked->method) ? Passing::by_magnitude : Passing::by_estimate;
}

auto kind_of(const PassQuery& query) {
    return std::tuple(passing_of(query), weighting_of(query.asked->method));
}

bool are_neighbours(const PassQuery* a, const PassQuery* b) {
    if (kind_of(*a) != kind_of(*b)) return kind_of(*a) < kind_of(*b);
    return std::less<>()(a->asked->mask, b->asked->mask);
}

std::size_t rounded_up(std::size_t bytes) {
    return (bytes + kLine - 1) / kLine * kLine;
}

}  // namespace

QueryTiles::QueryTiles(const ScanKernel& kernel, std::size_t dimension,
                       std::span<PassQuery> queries)
    : kernel_(kernel), dimension_(dimension) {
    std::vector<PassQuery*> live;
    for (PassQuery& query : queries) {
        if (query.is_live()) live.push_back(&query);
    }
    std::stable_sort(live.begin(), live.end(), are_neighbours);
    for (auto begin = live.begin(); begin != live.end();) {
        const auto end = std::find_if(begin, live.end(), [&](const PassQuery* query) {
            return kind_of(*query) != kind_of(**begin);
        });
        add_tile({begin, end});
        begin = end;
    }
    std::size_t bytes = kLine;
    for (const QueryTile& tile : tiles_)
        bytes += rounded_up(kernel_.tile_bytes(dimension_, tile.queries.size()));
    memory_.resize(bytes);
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    std::byte* next = memory_.data() + (kLine - address % kLine) % kLine;
    for (QueryTile& tile : tiles_) {
        pack(next, tile);
        next += rounded_up(kernel_.tile_bytes(dimension_, tile.queries.size()));
    }
}

// As few tiles as there can be, of about equal size.
void QueryTiles::add_tile(std::span<PassQuery* const> queries) {
    std::size_t left = (queries.size() + kernel_.queries_max - 1) / kernel_.queries_max;
    while (left > 0) {
        const std::size_t count = (queries.size() + left - 1) / left;
        tiles_.push_back(
            {.queries = {queries.begin(), queries.begin() + static_cast<std::ptrdiff_t>(count)},
             .passing = passing_of(*queries[0]),
             .weighting = weighting_of(queries[0]->asked->method)});
        queries = queries.subspan(count);
        --left;
    }
}

void QueryTiles::pack(std::byte* memory, QueryTile& tile) const {
    tile.packed = memory;
    for (std::size_t i = 0; i < tile.queries.size(); ++i) {
        PassQuery& query = *tile.queries[i];
        const PackedQuery packed =
            kernel_.pack_query(query.asked->vector, i, tile.queries.size(), memory);
        query.bound = QueryBound(kernel_, dimension_, packed);
        if (tile.weighting == Weighting::dot) {
            query.unit = packed.scale;
            query.tie = 0;
        } else {
            query.unit = packed.scale * std::sqrt(query.norm2);
            query.tie = kOverlapTie * query.unit;
        }
    }
}

}  // namespace qr::cpu
