#include "tests/support/emulation/block.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <sstream>

#include "tests/support/emulation/access_checker.h"
#include "tests/support/emulation/reports.h"

namespace qr::emulation {

void set_thread_index(uint3 index);
void set_block_index(uint3 index, dim3 block, dim3 grid);

namespace {

// A thread that spins this often while no other makes progress will spin for ever.
constexpr unsigned kYieldsMax = 4'000'000;

thread_local Block* current_block = nullptr;

struct Failed {};

using access_checker::Code;

void hand_over_to(Code code) {
    if constexpr (access_checker::kIsOn) access_checker::now_runs(code);
}

// Engine code that a kernel called: its own accesses are not the kernel's.
class InEngine {
  public:
    InEngine() { hand_over_to(Code::kEngines); }
    ~InEngine() { hand_over_to(Code::kKernels); }
    InEngine(const InEngine&) = delete;
    InEngine& operator=(const InEngine&) = delete;
};

std::string text_of(Site site) {
    return std::string(site.file) + ":" + std::to_string(site.line);
}

std::string hexadecimal(unsigned mask) {
    std::ostringstream text;
    text << "0x" << std::hex << mask;
    return text.str();
}

std::string text_of(uint3 index) {
    return "(" + std::to_string(index.x) + "," + std::to_string(index.y) + "," +
           std::to_string(index.z) + ")";
}

uint3 position(unsigned linear, dim3 shape) {
    return {linear % shape.x, linear / shape.x % shape.y, linear / shape.x / shape.y};
}

std::vector<unsigned> ordered(unsigned count, unsigned order) {
    std::vector<unsigned> threads(count);
    std::iota(threads.begin(), threads.end(), 0U);
    if (order == 1) std::reverse(threads.begin(), threads.end());
    if (order > 1) std::shuffle(threads.begin(), threads.end(), std::mt19937(order));
    return threads;
}

}  // namespace

Block::Block(const Launch& launch, const Stacks& stacks, void* shared, unsigned order)
    : launch_(launch),
      stacks_(stacks),
      shared_(shared),
      threads_(launch.block.x * launch.block.y * launch.block.z),
      warps_((threads_.size() + kLanes - 1) / kLanes),
      order_(ordered(static_cast<unsigned>(threads_.size()), order)) {
    for (const unsigned thread : order_)
        warps_[thread / kLanes].lanes.push_back(thread % kLanes);
    ready_.reserve(threads_.size());
    next_.reserve(threads_.size());
}

bool Block::run(uint3 index) {
    start_threads(index);
    while (!next_.empty() && !has_failed_) {
        ready_.swap(next_);
        next_.clear();
        for (const unsigned thread : ready_) {
            resume(thread);
            if (has_failed_) break;
        }
    }
    if (!has_failed_ && returned_ < threads_.size()) report_deadlock();
    current_block = nullptr;
    return returned_ == threads_.size();
}

void Block::start_threads(uint3 index) {
    current_block = this;
    set_block_index(index, launch_.block, launch_.grid);
    for (unsigned i = 0; i < threads_.size(); ++i) {
        threads_[i] = {};
        threads_[i].index = position(i, launch_.block);
        prepare(threads_[i].context, stacks_[i], run_current_thread);
    }
    const unsigned beyond = static_cast<unsigned>(warps_.size() * kLanes - threads_.size());
    for (Warp& warp : warps_)
        warp.returned = 0;
    warps_.back().returned = beyond == 0 ? 0 : ~0U << (kLanes - beyond);
    returned_ = waiting_at_barrier_ = held_ = yields_ = 0;
    next_ = order_;
}

void Block::resume(unsigned thread) {
    current_ = thread;
    set_thread_index(threads_[thread].index);
    if constexpr (access_checker::kIsOn)
        access_checker::begin_thread(thread, stacks_[thread], kStackBytes);
    switch_stacks(scheduler_, threads_[thread].context, Leaving::kForNow);
}

void Block::run_current_thread() {
    Block& self = *current_block;
    arrived_from(self.scheduler_);
    try {
        hand_over_to(Code::kKernels);
        self.launch_.call.call(self.launch_.call.bound);
        hand_over_to(Code::kEngines);
        self.thread_returns();
    } catch (const Failed&) {
        hand_over_to(Code::kEngines);  // the report is made, and the kernel's frames are unwound
    }
    switch_stacks(self.threads_[self.current_].context, self.scheduler_, Leaving::kForGood);
}

void Block::thread_returns() {
    threads_[current_].is_done = true;
    ++returned_;
    if (waiting_at_barrier_ > 0)
        fail(text_of(barrier_) + ": __syncthreads: " + thread_name(current_) +
             " returned while others of its block wait here");
    const unsigned warp = current_ / kLanes;
    warps_[warp].returned |= 1U << lane();
    for (Gathering& gathering : warps_[warp].gatherings) {
        if (gathering.mask != 0) finish_if_complete(warp, gathering);
    }
}

void Block::wait(const char* what, Site site) {
    Thread& self = threads_[current_];
    self.waits_for = what;
    self.waits_at = site;
    switch_stacks(self.context, scheduler_, Leaving::kForNow);
}

void Block::release(unsigned thread) {
    threads_[thread].waits_for = nullptr;
    next_.push_back(thread);
}

unsigned Block::meet_all(bool predicate, Site site) {
    if (returned_ > 0) {
        const auto gone = std::find_if(threads_.begin(), threads_.end(),
                                       [](const Thread& thread) { return thread.is_done; });
        fail(text_of(site) + ": __syncthreads: " + thread_name(current_) + " waits, but " +
             thread_name(static_cast<unsigned>(gone - threads_.begin())) + " has returned");
    }
    if (waiting_at_barrier_ == 0) barrier_ = site;
    if (barrier_ != site)
        fail(text_of(site) + ": __syncthreads: " + thread_name(current_) +
             " waits here, others of its block at " + text_of(barrier_));
    held_ += predicate ? 1 : 0;
    if (++waiting_at_barrier_ < threads_.size()) {
        wait("__syncthreads", site);
        return last_held_;
    }
    last_held_ = held_;
    waiting_at_barrier_ = held_ = 0;
    for (const unsigned thread : order_) {
        if (thread != current_) release(thread);
    }
    if constexpr (access_checker::kIsOn) access_checker::block_met();
    return last_held_;
}

std::uint64_t Block::meet(const Meeting& meeting, unsigned mask, std::uint64_t value,
                          unsigned operand, Site site) {
    if ((mask >> lane() & 1U) == 0)
        fail(text_of(site) + ": " + meeting.name + ": " + thread_name(current_) + " is lane " +
             std::to_string(lane()) + ", which its mask " + hexadecimal(mask) + " does not name");
    Gathering& gathering = join(warps_[current_ / kLanes], meeting, mask, site);
    gathering.values.of[lane()] = value;
    gathering.values.participants |= 1U << lane();
    gathering.operands[lane()] = operand;
    threads_[current_].waits_for = meeting.name;
    if (!finish_if_complete(current_ / kLanes, gathering)) wait(meeting.name, site);
    return threads_[current_].result;
}

Block::Gathering& Block::join(Warp& warp, const Meeting& meeting, unsigned mask, Site site) {
    Gathering* free = nullptr;
    for (Gathering& gathering : warp.gatherings) {
        if (gathering.mask == 0) free = &gathering;
        if ((gathering.mask & mask) == 0) continue;
        if (gathering.mask == mask && gathering.site == site &&
            gathering.meeting.combine == meeting.combine)
            return gathering;
        fail(text_of(site) + ": " + meeting.name + " with mask " + hexadecimal(mask) + " by " +
             thread_name(current_) + ", while lanes of that mask wait in " +
             gathering.meeting.name + " with mask " + hexadecimal(gathering.mask) + " at " +
             text_of(gathering.site));
    }
    if (free == nullptr) free = &warp.gatherings.emplace_back();
    free->meeting = meeting;
    free->site = site;
    free->mask = mask;
    free->values.participants = 0;
    return *free;
}

bool Block::finish_if_complete(unsigned warp, Gathering& gathering) {
    const unsigned present = gathering.values.participants;
    if (((present | warps_[warp].returned) & gathering.mask) != gathering.mask) return false;
    const unsigned first = warp * kLanes;
    for (const unsigned lane : warps_[warp].lanes) {
        if ((present >> lane & 1U) == 0) continue;
        threads_[first + lane].result =
            gathering.meeting.combine(gathering.values, gathering.operands[lane]);
        if (first + lane != current_) release(first + lane);
    }
    threads_[current_].waits_for = nullptr;
    gathering.mask = 0;
    if constexpr (access_checker::kIsOn) {
        if (gathering.meeting.orders_memory) access_checker::warp_met(first, present);
    }
    return true;
}

void Block::give_way() {
    if (++yields_ > kYieldsMax)
        fail("deadlock: " + thread_name(current_) + " spins and no other thread makes progress");
    next_.push_back(current_);
    switch_stacks(threads_[current_].context, scheduler_, Leaving::kForNow);
}

void Block::fail(const std::string& what) {
    report(what, cudaErrorLaunchFailure);
    has_failed_ = true;
    throw Failed{};
}

void Block::abandon_thread() {
    has_failed_ = true;
    for (;;)
        switch_stacks(threads_[current_].context, scheduler_, Leaving::kForNow);
}

void Block::report_deadlock() const {
    std::map<std::string, unsigned> waiting;
    for (const Thread& thread : threads_) {
        if (thread.waits_for != nullptr)
            ++waiting[std::string(thread.waits_for) + " at " + text_of(thread.waits_at)];
    }
    std::string text = "deadlock:";
    for (const auto& [place, count] : waiting)
        text += " " + std::to_string(count) + " threads wait in " + place + ";";
    report(text + " " + std::to_string(returned_) + " have returned", cudaErrorLaunchFailure);
}

std::string Block::thread_name(unsigned thread) const {
    return "thread " + text_of(threads_[thread].index);
}

void abandon_current_thread() {
    current_block->abandon_thread();
}

std::uint64_t meet(const Meeting& meeting, unsigned mask, std::uint64_t value, unsigned operand,
                   Site site) {
    const InEngine in_engine;
    return current_block->meet(meeting, mask, value, operand, site);
}

unsigned meet_block(bool predicate, Site site) {
    const InEngine in_engine;
    return current_block->meet_all(predicate, site);
}

unsigned lane() {
    return current_block->lane();
}

void give_way() {
    const InEngine in_engine;
    current_block->give_way();
}

void trap(Site site) {
    const InEngine in_engine;
    current_block->fail(text_of(site) + ": __trap");
}

void* dynamic_shared() {
    return current_block->shared();
}

void fence() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if constexpr (access_checker::kIsOn) access_checker::fenced();
}

std::uint64_t atomic_load(const void* address, unsigned bytes) {
    if constexpr (access_checker::kIsOn)
        access_checker::atomic(address, bytes, __builtin_return_address(0));
    if (bytes == 4)
        return __atomic_load_n(static_cast<const std::uint32_t*>(address), __ATOMIC_SEQ_CST);
    return __atomic_load_n(static_cast<const std::uint64_t*>(address), __ATOMIC_SEQ_CST);
}

bool atomic_swap(void* address, unsigned bytes, std::uint64_t expected, std::uint64_t desired) {
    if (bytes == 4) {
        auto word = static_cast<std::uint32_t>(expected);
        return __atomic_compare_exchange_n(static_cast<std::uint32_t*>(address), &word,
                                           static_cast<std::uint32_t>(desired), false,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
    return __atomic_compare_exchange_n(static_cast<std::uint64_t*>(address), &expected, desired,
                                       false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

}  // namespace qr::emulation
