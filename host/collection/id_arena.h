// The bytes of ids, one behind the other: 1 byte of size, then the id.
//
// Nothing moves and nothing is freed; whoever keeps ids here copies those that still count into
// another arena when too few do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "host/base/check.h"
#include "host/collection/document.h"

namespace qr {

class IdArena {
  public:
    using Place = std::uint64_t;

    Place add(std::string_view id) {
        QR_CHECK(!id.empty() && id.size() <= kIdBytesMax);
        if (chunks_.empty() || kChunk - used_ < 1 + id.size()) {
            chunks_.push_back(std::make_unique<char[]>(kChunk));
            used_ = 0;
        }
        char* at = chunks_.back().get() + used_;
        *at = static_cast<char>(id.size() - 1);
        std::memcpy(at + 1, id.data(), id.size());
        const Place place = (chunks_.size() - 1) * kChunk + used_;
        used_ += 1 + id.size();
        return place;
    }

    std::string_view at(Place place) const {
        const char* entry = chunks_[place / kChunk].get() + place % kChunk;
        return {entry + 1, static_cast<std::size_t>(static_cast<unsigned char>(*entry)) + 1};
    }

    std::size_t bytes() const { return chunks_.size() * kChunk; }

  private:
    static constexpr std::size_t kChunk = std::size_t{1} << 16;

    std::vector<std::unique_ptr<char[]>> chunks_;
    std::size_t used_ = 0;  // of the last chunk
};

}  // namespace qr
