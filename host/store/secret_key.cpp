#include "host/store/secret_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include "host/base/check.h"

namespace qr {
namespace {

constexpr std::size_t kHexDigits = 2 * kSecretKeyBytes;
constexpr std::size_t kFileBytesMax = kHexDigits + 2;  // a line's end may be of two bytes
constexpr mode_t kEverybody = S_IRWXO;

Error wrong(const std::filesystem::path& file, std::string found, std::string allowed) {
    return {.code = Code::invalid,
            .message = "key file " + file.string() + ": found " + found + ", allowed: " + allowed,
            .found = std::move(found),
            .allowed = std::move(allowed)};
}

std::string octal(mode_t mode) {
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof(digits), mode & 07777, 8).ptr;
    return "0" + std::string(digits, end);
}

Result<SecretKey> from_hex(const std::filesystem::path& file, std::string_view digits) {
    SecretKey key;
    for (std::size_t i = 0; i < kSecretKeyBytes; ++i) {
        const char* at = digits.data() + 2 * i;
        if (std::from_chars(at, at + 2, key.data()[i], 16).ptr != at + 2) {
            return wrong(file, "64 characters that are not all digits", "64 hexadecimal digits");
        }
    }
    return key;
}

Result<SecretKey> parse(const std::filesystem::path& file, std::string_view text) {
    if (text.size() == kSecretKeyBytes) {
        SecretKey key;
        std::copy(text.begin(), text.end(), key.data());
        return key;
    }
    std::string_view digits = text;
    while (digits.ends_with('\n') || digits.ends_with('\r'))
        digits.remove_suffix(1);
    if (digits.size() == kHexDigits) return from_hex(file, digits);
    return wrong(
        file,
        text.size() > kFileBytesMax ? "more than 66 bytes" : std::to_string(text.size()) + " bytes",
        "32 bytes, or 64 hexadecimal digits");
}

}  // namespace

SecretKey::~SecretKey() {
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

SecretKey SecretKey::random() {
    SecretKey key;
    QR_CHECK(RAND_priv_bytes(key.data(), kSecretKeyBytes) == 1);
    return key;
}

Result<SecretKey> read_key_file(const std::filesystem::path& file) {
    const int number = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0) {
        return wrong(file, std::generic_category().message(errno), "a file that can be read");
    }
    struct stat status {};
    const bool is_known = fstat(number, &status) == 0;
    std::array<char, kFileBytesMax + 1> bytes{};
    const ssize_t found = read(number, bytes.data(), bytes.size());
    close(number);
    if (!is_known || found < 0) {
        return wrong(file, std::generic_category().message(errno), "a file that can be read");
    }
    if ((status.st_mode & kEverybody) != 0) {
        return wrong(file, "mode " + octal(status.st_mode),
                     "nothing for others, such as 0600 or 0640");
    }
    auto key = parse(file, {bytes.data(), static_cast<std::size_t>(found)});
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return key;
}

}  // namespace qr
