// Stacks and the switch between them, for x86-64.
//
// A stack has a guard page below it, so that an overflow traps; stacks are reused. Under ASan every
// switch is announced. A fiber never moves to another OS thread: thread-local addresses that the
// compiler keeps stay right.
#pragma once

#include <cstddef>
#include <vector>

namespace qr::emulation {

inline constexpr std::size_t kStackBytes = 256 << 10;

// Where execution goes on; for a fiber also the bounds of its stack.
struct Context {
    void* stack_pointer = nullptr;
    char* stack = nullptr;  // lowest address; null for an OS thread until it has switched once
    std::size_t stack_bytes = 0;
    void* fake_stack = nullptr;  // ASan's
};

// Makes `context` start `entry` on its stack at the first switch. `entry` must not return.
void prepare(Context& context, char* stack, void (*entry)());

enum class Leaving { kForNow, kForGood };
void switch_stacks(Context& from, Context& to, Leaving leaving);
// First thing on a new stack: notes the bounds of the stack that control came from.
void arrived_from(Context& from);

// Lends stacks of a pool that the whole process shares.
class Stacks {
  public:
    explicit Stacks(std::size_t count);
    ~Stacks();
    Stacks(const Stacks&) = delete;
    Stacks& operator=(const Stacks&) = delete;

    char* operator[](std::size_t index) const { return stacks_[index]; }

  private:
    std::vector<char*> stacks_;
};

}  // namespace qr::emulation
