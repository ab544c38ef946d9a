// Tasks that stand in device memory and are read when the kernel runs, not when it is launched: so
// a graph that was captured once does other work each time.
#pragma once

#include "kernels/math/hd.h"

namespace qr::device {

// As many blocks are launched as `most` needs. What stands in `task` by then has no greater counts
// and no other dimension, and its pointers are aligned as those of `most`, which nobody follows.
template <class Task>
struct DeferredTask {
    const Task* task = nullptr;
    Task most;
};

// How a kernel that takes either form gets at its task.
template <class Task>
QR_HD constexpr const Task& task_of(const Task& task) {
    return task;
}
template <class Task>
QR_HD constexpr Task task_of(const Task* task) {
    return *task;
}

}  // namespace qr::device
