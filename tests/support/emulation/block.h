// One block: its threads as fibers on the calling OS thread, and the points where they meet.
//
// A fiber runs until it waits; nothing preempts it between two accesses. A misuse ends the block:
// its fibers are abandoned where they stand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/emulation/device.h"
#include "tests/support/emulation/fiber.h"
#include "tests/support/emulation/include/emulated/threads.h"

namespace qr::emulation {

inline constexpr unsigned kLanes = 32;

class Block {
  public:
    // `order` as in Settings, already mixed with what should differ between blocks.
    Block(const Launch& launch, const Stacks& stacks, void* shared, unsigned order);

    // False when the block ended in a report.
    bool run(uint3 index);

    std::uint64_t meet(const Meeting& meeting, unsigned mask, std::uint64_t value, unsigned operand,
                       Site site);
    unsigned meet_all(bool predicate, Site site);
    void give_way();
    // Makes a report and throws to the bottom of the fiber.
    [[noreturn]] void fail(const std::string& what);
    // The same after a report, without unwinding: for callers that nothing may be thrown through.
    [[noreturn]] void abandon_thread();
    unsigned lane() const { return current_ % kLanes; }
    void* shared() const { return shared_; }
    static void run_current_thread();

  private:
    struct Thread {
        Context context;
        uint3 index{};
        std::uint64_t result = 0;
        const char* waits_for = nullptr;  // null while it is ready, running or done
        Site waits_at{};
        bool is_done = false;
    };
    struct Gathering {
        Meeting meeting{};
        Site site{};
        unsigned mask = 0;  // 0: free
        WarpValues values{};
        std::array<unsigned, kLanes> operands{};
    };
    struct Warp {
        std::vector<Gathering> gatherings;
        std::vector<unsigned> lanes;  // in the order in which they are released
        unsigned returned = 0;        // lanes; those past the end of the block never were
    };

    void start_threads(uint3 index);
    void resume(unsigned thread);
    void wait(const char* what, Site site);
    void release(unsigned thread);
    void thread_returns();
    Gathering& join(Warp& warp, const Meeting& meeting, unsigned mask, Site site);
    bool finish_if_complete(unsigned warp, Gathering& gathering);
    void report_deadlock() const;
    std::string thread_name(unsigned thread) const;

    const Launch& launch_;
    const Stacks& stacks_;
    void* const shared_;
    Context scheduler_;
    std::vector<Thread> threads_;
    std::vector<Warp> warps_;
    std::vector<unsigned> order_;  // in which threads start and are released
    std::vector<unsigned> ready_;  // of this round
    std::vector<unsigned> next_;   // of the next
    unsigned current_ = 0;
    unsigned returned_ = 0;
    unsigned yields_ = 0;
    bool has_failed_ = false;

    unsigned waiting_at_barrier_ = 0;
    unsigned held_ = 0;       // of the barrier that gathers
    unsigned last_held_ = 0;  // of the barrier that was passed last
    Site barrier_{};
};

// Ends the block that runs on this thread; see Block::abandon_thread.
[[noreturn]] void abandon_current_thread();

}  // namespace qr::emulation
