// SHA-256, as hexadecimal digits: names what files hold.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace qr {

// Of several parts, each behind its size (8 bytes, little-endian): no two lists of parts are alike.
std::string sha256_of_parts(std::span<const std::string_view> parts);

// Of bytes that come one piece after another, as sha256sum tells it.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    void add(std::span<const std::byte> bytes);
    std::string finish();  // once

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace qr
