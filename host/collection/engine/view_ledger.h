// Which views of a table live: what tells when a slot or a block's memory may be used again.
//
// Views are numbered in the order they were made. Something that came with view `born` and was gone
// by view `gone` can be seen by the views between alone, so it is free once none of those lives.
// Outlives the table if views do; thread-safe. A view that leaves under the lock is what makes its
// last reads happen before the memory's next write.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>

namespace qr {

class ViewLedger {
  public:
    // The number that the next view will have.
    std::uint64_t upcoming() const {
        const std::lock_guard lock(mutex_);
        return upcoming_;
    }
    // Whether a view lives whose number is in [born, gone).
    bool lives_within(std::uint64_t born, std::uint64_t gone) const {
        const std::lock_guard lock(mutex_);
        const auto first = alive_.lower_bound(born);
        return first != alive_.end() && *first < gone;
    }

  private:
    friend class LiveView;
    std::uint64_t enter() {
        const std::lock_guard lock(mutex_);
        alive_.insert(upcoming_);
        return upcoming_++;
    }
    void leave(std::uint64_t number) {
        const std::lock_guard lock(mutex_);
        alive_.erase(number);
    }

    mutable std::mutex mutex_;
    std::uint64_t upcoming_ = 0;
    std::set<std::uint64_t> alive_;
};

// A view's line in the ledger, for as long as it lives.
class LiveView {
  public:
    explicit LiveView(std::shared_ptr<ViewLedger> ledger)
        : ledger_(std::move(ledger)), number_(ledger_->enter()) {}
    ~LiveView() { ledger_->leave(number_); }
    LiveView(const LiveView&) = delete;
    LiveView& operator=(const LiveView&) = delete;

  private:
    const std::shared_ptr<ViewLedger> ledger_;
    const std::uint64_t number_;
};

}  // namespace qr
