// What every connection of one server shares, and how a drain learns that the last one is done.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "server/http/application.h"
#include "server/http/limits.h"

namespace qr::http {

struct Context {
    Application& application;
    const Clock& clock;
    BufferPool& buffers;
    const Limits limits;

    std::atomic<bool> is_draining{false};
    std::atomic<bool> is_listening{false};
    std::mutex mutex;
    std::condition_variable changed;

    // A count went down, or the listener closed. Costs one load unless somebody waits for it.
    void note_change() {
        if (!is_draining.load()) return;
        const std::lock_guard lock(mutex);
        changed.notify_all();
    }
};

}  // namespace qr::http
