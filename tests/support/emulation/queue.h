// The work of a stream, and who carries it on.
//
// Work of one queue runs in order and one at a time, on whichever thread waits for it: the caller
// of the enqueueing function, of a synchronisation, or the device's own thread (see Progress). Once
// an error sticks, what is left is dropped, host functions included, as on a device.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "tests/support/emulation/device.h"

namespace qr::emulation {

struct Queue;

// A point in a queue: passed once so many of its items are done.
struct Point {
    std::shared_ptr<Queue> queue;  // null: passed
    std::uint64_t count = 0;
};

struct Item {
    Work work;    // may be empty
    Point after;  // of another queue
};

struct Queue {
    std::deque<Item> items;
    std::uint64_t enqueued = 0;
    std::uint64_t done = 0;
    bool is_running = false;
    bool waits_for_null_stream = true;
};

std::shared_ptr<Queue> make_queue(bool waits_for_null_stream);
// Returns the point after the item.
Point push(const std::shared_ptr<Queue>& queue, Item item);
Point end_of(const std::shared_ptr<Queue>& queue);
bool is_passed(const Point& point);
void finish(const Point& point);
// For work that is only asked after: without this, polling would never end where nothing waits.
void advance_once(const Point& point);
enum class Which { kAll, kThoseOfTheNullStream };
void finish_queues(Which which);

}  // namespace qr::emulation
