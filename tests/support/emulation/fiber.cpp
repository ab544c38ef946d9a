#include "tests/support/emulation/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#ifdef QR_EMULATION_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// Saves what the x86-64 calling convention lets a callee keep, and goes on where `to` stopped.
asm(R"(
    .text
    .type qr_emulation_switch, @function
qr_emulation_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size qr_emulation_switch, . - qr_emulation_switch
)");
extern "C" void qr_emulation_switch(void** from, void* to);

namespace qr::emulation {
namespace {

constexpr std::size_t kGuardBytes = 4096;
constexpr std::size_t kSavedWords = 6;

struct Pool {
    std::mutex mutex;
    std::vector<char*> free;
};

// Never destroyed: threads may outlive the statics.
Pool& pool() {
    static Pool& pool = *new Pool;
    return pool;
}

char* new_stack() {
    void* memory = mmap(nullptr, kGuardBytes + kStackBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, kGuardBytes, PROT_NONE) != 0) {
        std::perror("emulation: no memory for a stack");
        std::abort();
    }
    return static_cast<char*>(memory) + kGuardBytes;
}

}  // namespace

void prepare(Context& context, char* stack, void (*entry)()) {
#ifdef QR_EMULATION_ASAN
    __asan_unpoison_memory_region(stack, kStackBytes);  // an abandoned block left its redzones
#endif
    auto* top = reinterpret_cast<std::uint64_t*>(stack + kStackBytes);
    *--top = 0;  // where a return address would lie: entry is reached by ret, not by call
    *--top = reinterpret_cast<std::uint64_t>(entry);
    for (std::size_t i = 0; i < kSavedWords; ++i)
        *--top = 0;
    context = {top, stack, kStackBytes, nullptr};
}

void switch_stacks(Context& from, Context& to, [[maybe_unused]] Leaving leaving) {
#ifdef QR_EMULATION_ASAN
    __sanitizer_start_switch_fiber(leaving == Leaving::kForGood ? nullptr : &from.fake_stack,
                                   to.stack, to.stack_bytes);
#endif
    qr_emulation_switch(&from.stack_pointer, to.stack_pointer);
#ifdef QR_EMULATION_ASAN
    __sanitizer_finish_switch_fiber(from.fake_stack, nullptr, nullptr);
#endif
}

void arrived_from([[maybe_unused]] Context& from) {
#ifdef QR_EMULATION_ASAN
    const void* stack = nullptr;
    __sanitizer_finish_switch_fiber(nullptr, &stack, &from.stack_bytes);
    from.stack = static_cast<char*>(const_cast<void*>(stack));
#endif
}

Stacks::Stacks(std::size_t count) : stacks_(count) {
    const std::lock_guard lock(pool().mutex);
    for (char*& stack : stacks_) {
        if (pool().free.empty()) {
            stack = new_stack();
        } else {
            stack = pool().free.back();
            pool().free.pop_back();
        }
    }
}

Stacks::~Stacks() {
    const std::lock_guard lock(pool().mutex);
    pool().free.insert(pool().free.end(), stacks_.rbegin(), stacks_.rend());
}

}  // namespace qr::emulation
