#include "tests/support/emulation/access_checker.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "tests/support/emulation/block.h"
#include "tests/support/emulation/device.h"
#include "tests/support/emulation/reports.h"
#include "tests/support/emulation/source_lines.h"

extern "C" char __executable_start, __data_start, end;  // the linker's

namespace qr::emulation::access_checker {
namespace {

enum class Kind : std::uint8_t { kRead, kWrite, kAtomic };

struct Access {
    const void* caller = nullptr;
    std::uint32_t block = 0;  // counted over all launches from 1; 0: none yet
    std::uint32_t epoch = 0;  // of the block: barriers passed
    std::uint32_t clock = 0;  // of the lane: warp barriers passed
    std::uint32_t published = 0;
    std::uint16_t thread = 0;
    Kind kind = Kind::kRead;
};

// What is remembered of one byte: enough to find one of the accesses that a new one conflicts with.
struct Cell {
    Access write;
    std::array<Access, 2> reads;
};

enum class Room { kShared, kGlobal, kStatic };

struct Region {
    const char* begin = nullptr;
    std::size_t bytes = 0;
    Room room = Room::kGlobal;
    Cell* cells = nullptr;

    bool holds(const char* address) const {
        return address >= begin && static_cast<std::size_t>(address - begin) < bytes;
    }
};

struct Warp {
    std::array<std::uint32_t, kLanes> clock{};
    std::array<std::array<std::uint32_t, kLanes>, kLanes> seen{};  // [who][of whom]
};

// Of a block of the current launch: how often it fenced and then did an atomic, and whether it did
// an atomic at all. By that a later block may see what it wrote.
struct Publication {
    bool is_fenced = false;
    std::uint32_t count = 0;
};

// One grid runs at a time, on one thread: nothing here needs a lock.
struct Checker {
    std::map<const char*, Region> regions;
    const Launch* launch = nullptr;
    Region shared, statics, thread_local_block;
    const char* arguments = nullptr;
    std::size_t arguments_bytes = 0;
    const char* stack = nullptr;
    std::size_t stack_bytes = 0;
    std::uint32_t block = 0;
    std::uint32_t first_block = 1;  // of this launch
    std::uint32_t epoch = 0;
    std::uint16_t thread = 0;
    std::array<Warp, 32> warps;
    std::vector<Publication> publications;  // by block - first_block
    const Region* last = nullptr;
};

Checker& checker() {
    static Checker& checker = *new Checker;
    return checker;
}

thread_local bool is_in_kernel = false;

Cell* new_cells(std::size_t bytes) {
    void* memory = mmap(nullptr, bytes * sizeof(Cell), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<Cell*>(memory);
}

Region& region_for(const char* begin, std::size_t bytes, Room room) {
    Region& region = checker().regions[begin];
    if (region.bytes != bytes) {
        if (region.cells != nullptr) munmap(region.cells, region.bytes * sizeof(Cell));
        region = {begin, bytes, room, new_cells(bytes)};
    }
    return region;
}
