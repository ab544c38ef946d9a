// Keys of 32 bytes, wiped from memory with their last copy, and the files that operators keep them
// in.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>

#include "host/base/error.h"

namespace qr {

inline constexpr std::size_t kSecretKeyBytes = 32;

class SecretKey {
  public:
    SecretKey() = default;
    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;
    ~SecretKey();

    static SecretKey random();

    unsigned char* data() { return bytes_.data(); }
    const unsigned char* data() const { return bytes_.data(); }
    bool operator==(const SecretKey& other) const;  // takes as long whatever they hold

  private:
    std::array<unsigned char, kSecretKeyBytes> bytes_{};
};

// The key in a file: 32 bytes as they are, or 64 hexadecimal digits with or without a line's end.
// Errors: `invalid` (not there, of another length, no digits, or readable by everybody), naming
// the file and never what is in it.
Result<SecretKey> read_key_file(const std::filesystem::path& file);

// A new random key in a new file: 64 hexadecimal digits and a line's end, for its owner alone, on
// the disk when it returns. Errors: `conflict` (there is something, which is left as it is),
// `invalid` (no file can be made there), `unavailable` (the disk).
Result<void> make_key_file(const std::filesystem::path& file);

}  // namespace qr
