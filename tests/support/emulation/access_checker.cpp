#include "tests/support/emulation/access_checker.h"

#include <link.h>
#include <sys/mman.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/support/emulation/access_history.h"
#include "tests/support/emulation/block.h"
#include "tests/support/emulation/device.h"
#include "tests/support/emulation/reports.h"
#include "tests/support/emulation/source_lines.h"

extern "C" const char __executable_start, __data_start, end;  // the linker's

namespace qr::emulation::access_checker {
namespace {

constexpr std::size_t kRacesMax = 4;             // of a launch: each costs a call of addr2line
constexpr std::size_t kNearMissBytes = 1 << 20;  // that still names the allocation before it

struct Range {
    const char* begin = nullptr;
    std::size_t bytes = 0;

    bool holds(const char* address) const {
        return address >= begin && static_cast<std::size_t>(address - begin) < bytes;
    }
};

enum class Room { kShared, kGlobal };
struct Region {
    Range range;
    Room room = Room::kGlobal;
    Cell* cells = nullptr;
};

// One grid runs at a time, on one thread: nothing here needs a lock.
struct Checker {
    Order order;
    std::map<const char*, Region> regions;
    std::set<std::pair<const void*, const void*>> races;  // of this launch, by their two lines
    Range arguments, stack, shared, statics, image;
};

Checker& checker() {
    static Checker& checker = *new Checker;
    return checker;
}

thread_local bool is_in_kernel = false;

// The program's thread-local storage of this thread: static shared memory is in it.
Range thread_local_storage() {
    Range range;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* result) {
            for (int i = 0; i < info->dlpi_phnum; ++i) {
                const auto& header = info->dlpi_phdr[i];
                if (header.p_type != PT_TLS) continue;
                const std::size_t bytes =
                    (header.p_memsz + header.p_align - 1) / header.p_align * header.p_align;
                const char* const top = static_cast<const char*>(__builtin_thread_pointer());
                *static_cast<Range*>(result) = {top - bytes, bytes};
            }
            return 1;  // the program itself comes first
        },
        &range);
    return range;
}

// Zero pages until they are touched: a Cell of zeros remembers nothing.
Region& region_of(Range range, Room room) {
    Region& region = checker().regions[range.begin];
    if (region.range.bytes == range.bytes) return region;
    forget(range.begin);
    void* cells = mmap(nullptr, range.bytes * sizeof(Cell), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (cells == MAP_FAILED) std::abort();
    return checker().regions[range.begin] = {range, room, static_cast<Cell*>(cells)};
}

const char* verb(Kind kind) {
    return kind == Kind::kRead ? "read" : kind == Kind::kWrite ? "write" : "atomic";
}

std::string bytes_text(std::size_t bytes) {
    return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

[[noreturn]] void refuse(const char* address, std::size_t bytes, Kind kind, const void* caller) {
    std::string text = source_line(caller) + ": " + verb(kind) + " of " + bytes_text(bytes);
    const Allocation below = allocation_below(address);
    const auto distance = static_cast<std::size_t>(address - below.begin);
    if (checker().shared.holds(address))
        text += " runs over the end of the dynamic shared memory";
    else if (checker().shared.bytes > 0 && address >= checker().shared.begin &&
             address < checker().shared.begin + checker().shared.bytes + kNearMissBytes / 16)
        text += " past the end of the " + bytes_text(checker().shared.bytes) +
                " of dynamic shared memory";
    else if (below.begin != nullptr && distance < below.bytes + kNearMissBytes)
        text += " at byte " + std::to_string(distance) + " of an allocation of " +
                bytes_text(below.bytes);
    else
        text += " where no memory of the device is: a pointer of the host?";
    report(text, cudaErrorIllegalAddress);
    abandon_current_thread();
}

Range built_in(const dim3& variable) {
    return {reinterpret_cast<const char*>(&variable), sizeof(variable)};
}

// Where the bytes lie; null for what only this thread can see or nothing may write.
const Region* find(const char* address, std::size_t bytes, Kind kind, const void* caller) {
    Checker& all = checker();
    const auto holds = [&](const Range& range) {
        return range.holds(address) && range.holds(address + bytes - 1);
    };
    if (holds(all.stack) || holds(all.arguments) || holds(built_in(gridDim)) ||
        holds(built_in(blockDim)))
        return nullptr;
    if (holds(all.shared)) return &region_of(all.shared, Room::kShared);
    static thread_local const Range storage = thread_local_storage();
    if (holds(storage)) return &region_of(storage, Room::kShared);
    if (holds(all.statics)) return &region_of(all.statics, Room::kGlobal);
    if (holds(all.image) && kind == Kind::kRead) return nullptr;
    const Allocation below = allocation_below(address);
    if (below.begin != nullptr && holds({below.begin, below.bytes}))
        return &region_of({below.begin, below.bytes}, Room::kGlobal);
    refuse(address, bytes, kind, caller);
}

void report_race(const Access& earlier, const Access& now, Room room) {
    auto& races = checker().races;
    if (races.size() == kRacesMax || !races.emplace(earlier.caller, now.caller).second) return;
    const bool is_same_block = checker().order.is_of_this_block(earlier);
    report(source_line(now.caller) + ": race in " + (room == Room::kShared ? "shared" : "global") +
               " memory: " + verb(now.kind) + " by thread " + std::to_string(now.thread) +
               ", unordered after the " + verb(earlier.kind) + " at " +
               source_line(earlier.caller) + " by thread " + std::to_string(earlier.thread) +
               (is_same_block ? " of the same block" : " of another block"),
           cudaErrorLaunchFailure);
}

void remember_read(Cell& cell, const Access& now) {
    for (Access& read : cell.reads) {
        if (!checker().order.is_before_now(read)) continue;
        read = now;
        return;
    }
}

// False when the byte is shared memory that the block has not written.
bool judge(Cell& cell, const Access& now, Room room) {
    const Order& order = checker().order;
    const bool is_written =
        now.kind == Kind::kWrite || room == Room::kGlobal || order.is_of_this_block(cell.write);
    // Another block's shared memory was another.
    const auto conflicts = [&](const Access& earlier) {
        return !(room == Room::kShared && !order.is_of_this_block(earlier)) &&
               !(earlier.kind == Kind::kAtomic && now.kind == Kind::kAtomic) &&
               !order.is_before_now(earlier);
    };
    if (conflicts(cell.write)) report_race(cell.write, now, room);
    if (now.kind == Kind::kRead) {
        remember_read(cell, now);
        return is_written;
    }
    for (const Access& read : cell.reads) {
        if (conflicts(read)) report_race(read, now, room);
    }
    cell.write = now;
    return is_written;
}

void check(const void* memory, std::size_t bytes, Kind kind, const void* caller) {
    if (!is_in_kernel || bytes == 0) return;
    is_in_kernel = false;
    const char* const address = static_cast<const char*>(memory);
    if (const Region* const region = find(address, bytes, kind, caller); region != nullptr) {
        const Access now = checker().order.access(kind, caller);
        Cell* const cells = region->cells + (address - region->range.begin);
        for (std::size_t i = 0; i < bytes; ++i) {
            if (judge(cells[i], now, region->room)) continue;
            report(source_line(caller) + ": " + verb(kind) +
                       " of shared memory that the block has not written",
                   cudaErrorLaunchFailure);
            break;
        }
    }
    is_in_kernel = true;
}

}  // namespace

void begin_launch(const Launch& launch) {
    Checker& all = checker();
    all.order.begin_launch();
    all.races.clear();
    all.arguments = {static_cast<const char*>(launch.call.bound), launch.call.bound_bytes};
    all.statics = {&__data_start, static_cast<std::size_t>(&end - &__data_start)};
    all.image = {&__executable_start, static_cast<std::size_t>(&end - &__executable_start)};
}

void begin_block(const void* shared, std::size_t shared_bytes) {
    checker().order.begin_block();
    checker().shared = {static_cast<const char*>(shared), shared_bytes};
}

void begin_thread(unsigned thread, const char* stack, std::size_t stack_bytes) {
    checker().order.begin_thread(thread);
    checker().stack = {stack, stack_bytes};
}

void now_runs(Code code) {
    is_in_kernel = code == Code::kKernels;
}

void block_met() {
    checker().order.block_met();
}

void warp_met(unsigned first_thread, unsigned lanes) {
    checker().order.warp_met(first_thread, lanes);
}

void fenced() {
    checker().order.fenced();
}

void atomic(const void* address, std::size_t bytes, const void* caller) {
    checker().order.did_an_atomic();
    check(address, bytes, Kind::kAtomic, caller);
}

void forget(const void* memory) {
    const auto found = checker().regions.find(static_cast<const char*>(memory));
    if (found == checker().regions.end()) return;
    if (found->second.cells != nullptr)
        munmap(found->second.cells, found->second.range.bytes * sizeof(Cell));
    checker().regions.erase(found);
}

}  // namespace qr::emulation::access_checker

using qr::emulation::access_checker::check;
using qr::emulation::access_checker::Kind;

// What g++ -fsanitize=thread calls.
extern "C" {

#define QR_HOOK(name, bytes, kind)                                \
    void name(const void* address);                               \
    void name(const void* address) {                              \
        check(address, bytes, kind, __builtin_return_address(0)); \
    }
#define QR_HOOKS(bytes)                                       \
    QR_HOOK(__tsan_read##bytes, bytes, Kind::kRead)           \
    QR_HOOK(__tsan_write##bytes, bytes, Kind::kWrite)         \
    QR_HOOK(__tsan_unaligned_read##bytes, bytes, Kind::kRead) \
    QR_HOOK(__tsan_unaligned_write##bytes, bytes, Kind::kWrite)
QR_HOOKS(1)
QR_HOOKS(2)
QR_HOOKS(4)
QR_HOOKS(8)
QR_HOOKS(16)
#undef QR_HOOKS
#undef QR_HOOK

void __tsan_read_range(const void* address, std::size_t bytes);
void __tsan_read_range(const void* address, std::size_t bytes) {
    check(address, bytes, Kind::kRead, __builtin_return_address(0));
}
void __tsan_write_range(const void* address, std::size_t bytes);
void __tsan_write_range(const void* address, std::size_t bytes) {
    check(address, bytes, Kind::kWrite, __builtin_return_address(0));
}

void __tsan_init();
void __tsan_init() {}
void __tsan_func_entry(void* caller);
void __tsan_func_entry(void*) {}
void __tsan_func_exit();
void __tsan_func_exit() {}

}  // extern "C"
