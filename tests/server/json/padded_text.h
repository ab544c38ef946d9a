// A JSON text with the readable bytes behind it that readers ask for, filled with what would
// deceive a parser that trusts them.
#pragma once

#include <cstring>
#include <string_view>

#include "host/base/buffer.h"

namespace qr::json {

class PaddedText {
  public:
    explicit PaddedText(std::string_view text, char padding = '}')
        : buffer_(text.size()), size_(text.size()) {
        std::memcpy(buffer_.data(), text.data(), text.size());
        std::memset(buffer_.data() + text.size(), padding, Buffer::kPadding);
    }
    std::string_view view() const { return {reinterpret_cast<const char*>(buffer_.data()), size_}; }

  private:
    Buffer buffer_;
    std::size_t size_;
};

}  // namespace qr::json
