// One value a slot, in pages: growing copies nothing, and pages that hold the blank alone are not
// there.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <vector>

namespace qr {

template <std::copyable T>
class PagedColumn {
  public:
    static constexpr std::size_t kPage = 4096;

    explicit PagedColumn(T blank) : blank_(blank) {}

    T at(std::size_t index) const {
        const std::size_t page = index / kPage;
        return page < pages_.size() && pages_[page] ? (*pages_[page])[index % kPage] : blank_;
    }

    void set(std::size_t index, T value) {
        const std::size_t page = index / kPage;
        if (page >= pages_.size() || !pages_[page]) {
            if (value == blank_) return;
            if (page >= pages_.size()) pages_.resize(page + 1);
            pages_[page] = std::make_unique<std::array<T, kPage>>();
            pages_[page]->fill(blank_);
            ++filled_;
        }
        (*pages_[page])[index % kPage] = value;
    }

    // The page with that index; null: blanks alone.
    const T* page(std::size_t index) const {
        return index < pages_.size() && pages_[index] ? pages_[index]->data() : nullptr;
    }

    std::size_t bytes() const {
        return filled_ * sizeof(std::array<T, kPage>) + pages_.capacity() * sizeof(pages_[0]);
    }

  private:
    T blank_;
    std::vector<std::unique_ptr<std::array<T, kPage>>> pages_;
    std::size_t filled_ = 0;
};

}  // namespace qr
