// Values of records, written and read one after another: little-endian, without padding.
//
// A reader that comes to the end too soon gives zeros and empty texts from then on and says so in
// is_whole(), so that whoever decodes asks once, at the end.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "host/base/narrow.h"

namespace qr {

static_assert(std::endian::native == std::endian::little, "records are written as numbers lie");

template <typename T>
concept RecordNumber = std::unsigned_integral<T> || std::same_as<T, double>;

class ByteWriter {
  public:
    template <RecordNumber T>
    ByteWriter& number(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    // Behind its size, which must fit the type.
    template <std::unsigned_integral Size>
    ByteWriter& text(std::string_view text) {
        number(narrow<Size>(text.size()));
        bytes_.append(text);
        return *this;
    }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

    template <RecordNumber T>
    T number() {
        T value{};
        const std::string_view bytes = take(sizeof value);
        if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    template <std::unsigned_integral Size>
    std::string_view text() {
        return take(number<Size>());
    }
    // All that was asked for was there, and no more.
    bool is_whole() const { return !is_short_ && bytes_.empty(); }

  private:
    std::string_view take(std::size_t count) {
        if (count > bytes_.size()) {
            is_short_ = true;
            bytes_ = {};
            return {};
        }
        const std::string_view taken = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return taken;
    }

    std::string_view bytes_;
    bool is_short_ = false;
};

}  // namespace qr
