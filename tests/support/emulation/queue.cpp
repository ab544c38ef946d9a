#include "tests/support/emulation/queue.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/support/emulation/emulation.h"
#include "tests/support/emulation/reports.h"

namespace qr::emulation {
namespace {

struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::weak_ptr<Queue>> queues;
    bool has_thread = false;
};

// Never destroyed: the device's thread lives as long as the process.
State& state() {
    static State& state = *new State;
    return state;
}

using Lock = std::unique_lock<std::mutex>;

void finish(Lock& lock, const Point& point);

void advance(Lock& lock, Queue& queue) {
    const Point after = queue.items.front().after;
    if (after.queue != nullptr && after.queue->done < after.count) {
        finish(lock, after);
        return;  // the lock was given up: the caller looks again
    }
    Item item = std::move(queue.items.front());
    queue.items.pop_front();
    queue.is_running = true;
    lock.unlock();
    if (item.work && device_error() == cudaSuccess) item.work();
    item = {};
    lock.lock();
    queue.is_running = false;
    ++queue.done;
    state().changed.notify_all();
}

void finish(Lock& lock, const Point& point) {
    if (point.queue == nullptr) return;
    while (point.queue->done < point.count) {
        if (point.queue->is_running || point.queue->items.empty())
            state().changed.wait(lock);
        else
            advance(lock, *point.queue);
    }
}

std::vector<std::shared_ptr<Queue>> live_queues() {
    std::vector<std::shared_ptr<Queue>> live;
    std::erase_if(state().queues, [&](const std::weak_ptr<Queue>& weak) {
        if (auto queue = weak.lock()) live.push_back(std::move(queue));
        return weak.expired();
    });
    return live;
}

[[noreturn]] void run_device() {
    Lock lock(state().mutex);
    for (;;) {
        auto live = live_queues();
        const auto found = std::find_if(live.begin(), live.end(), [](const auto& queue) {
            return !queue->items.empty() && !queue->is_running;
        });
        if (settings().progress == Progress::kInBackground && found != live.end()) {
            const auto queue = *found;
            live.clear();
            advance(lock, *queue);
        } else {
            live.clear();
            state().changed.wait(lock);
        }
    }
}

}  // namespace

std::shared_ptr<Queue> make_queue(bool waits_for_null_stream) {
    auto queue = std::make_shared<Queue>();
    queue->waits_for_null_stream = waits_for_null_stream;
    const Lock lock(state().mutex);
    state().queues.push_back(queue);
    return queue;
}

Point push(const std::shared_ptr<Queue>& queue, Item item) {
    Lock lock(state().mutex);
    queue->items.push_back(std::move(item));
    const Point point{queue, ++queue->enqueued};
    if (settings().progress == Progress::kAtOnce) finish(lock, point);
    if (settings().progress == Progress::kInBackground) {
        if (!std::exchange(state().has_thread, true)) std::thread(run_device).detach();
        state().changed.notify_all();
    }
    return point;
}

Point end_of(const std::shared_ptr<Queue>& queue) {
    const Lock lock(state().mutex);
    return {queue, queue->enqueued};
}

bool is_passed(const Point& point) {
    const Lock lock(state().mutex);
    return point.queue == nullptr || point.queue->done >= point.count;
}

void finish(const Point& point) {
    Lock lock(state().mutex);
    finish(lock, point);
}

void advance_once(const Point& point) {
    Lock lock(state().mutex);
    if (settings().progress != Progress::kOnWait || point.queue == nullptr) return;
    if (!point.queue->items.empty() && !point.queue->is_running) advance(lock, *point.queue);
}

void finish_queues(Which which) {
    Lock lock(state().mutex);
    for (const auto& queue : live_queues()) {
        if (which == Which::kAll || queue->waits_for_null_stream)
            finish(lock, {queue, queue->enqueued});
    }
}

}  // namespace qr::emulation
