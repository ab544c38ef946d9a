// The bytes that all collections together may take: asked before they are taken, so that a write is
// refused while there is still memory for searches.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include "host/base/error.h"

namespace qr {

class CollectionMemory {
  public:
    explicit CollectionMemory(std::size_t bytes_max) : bytes_max_(bytes_max) {}  // 0: no limit

    // What was `before` becomes `after`, where there is room or it is less. Error: `out_of_memory`.
    Result<void> change(std::size_t before, std::size_t after);
    // The same where it has been taken already.
    void settle(std::size_t before, std::size_t after);

    std::size_t bytes() const;

  private:
    const std::size_t bytes_max_;
    mutable std::mutex mutex_;
    std::size_t bytes_ = 0;
};

// One collection's part of it, given back at the end; a search may hold that longer than anybody
// else.
class MemoryShare {
  public:
    explicit MemoryShare(std::shared_ptr<CollectionMemory> budget) : budget_(std::move(budget)) {}
    ~MemoryShare() { budget_->settle(bytes_, 0); }
    MemoryShare(const MemoryShare&) = delete;
    MemoryShare& operator=(const MemoryShare&) = delete;

    Result<void> claim(std::size_t more);
    void settle(std::size_t actual);

  private:
    const std::shared_ptr<CollectionMemory> budget_;
    std::size_t bytes_ = 0;
};

}  // namespace qr
