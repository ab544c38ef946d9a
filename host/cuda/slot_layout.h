// Where the parts of a chunk lie in a slot's memory.
//
// Pure. The memory of host and device has one shape, around an origin: what travels to the device
// ends there, what is computed begins there, and first_bad_row, which does both, ends just below:
//
//     direct | staged vectors | tasks | table | first_bad_row | pairs        (norms: device only)
//            ^ staged                         ^ downloaded from here on
//     ^ begin                                                 ^ origin
//
// So a small chunk is one copy each way, and the table, which kernels are told of, never moves:
// graphs may hold its address. Matrices that lie in page-locked memory already come first; they
// are copied from where they are.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/cuda/batch_plan.h"
#include "kernels/pair_batch.h"

namespace qr::cuda {

// Offsets in a slot, in bytes.
struct SlotShape {
    std::size_t origin = 0;
    std::size_t table = 0;
    std::size_t host_bytes = 0;
    std::size_t norms = 0;
    std::size_t device_bytes = 0;
};
SlotShape shape_of(const ChunkLimits& limits);

struct PlacedMatrix {
    MatrixView view;
    std::size_t offset = 0;
    bool is_direct = false;

    std::size_t bytes() const { return view.rows * view.dimension * sizeof(float); }
};

struct PlacedPart {
    Part part;
    PlacedMatrix queries, documents;
    std::size_t first_pair = 0;  // among the chunk's
    std::size_t first_norm = 0;  // likewise: the queries', then the documents'
};

struct ChunkLayout {
    std::vector<PlacedPart> parts;
    std::size_t begin = 0;
    std::size_t staged = 0;
    std::size_t tasks = 0;
    std::size_t bad_rows = 0;
    std::size_t pairs = 0;  // how many
};

// A matrix within `page_locked` travels directly, if that spares more than it costs.
ChunkLayout lay_out(const ScoreBatch& batch, std::span<const Part> parts, const SlotShape& shape,
                    std::span<const std::byte> page_locked);

// A copy of its own takes as long to launch as so many bytes take to be copied to where others
// lie: some microseconds.
inline constexpr std::size_t kDirectBytesMin = std::size_t{32} << 10;

// The tasks as kernels read them from a slot that begins at `device`.
std::vector<device::PairTask> tasks_of(const ChunkLayout& layout, const SlotShape& shape,
                                       std::byte* device);

}  // namespace qr::cuda
