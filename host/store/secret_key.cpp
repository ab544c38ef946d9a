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
#include "host/base/misfit.h"

namespace qr {
namespace {

constexpr std::size_t kHexDigits = 2 * kSecretKeyBytes;
constexpr std::size_t kFileBytesMax = kHexDigits + 2;  // a line's end may be of two bytes
constexpr mode_t kEverybody = S_IRWXO;

Error wrong(const std::filesystem::path& file, std::string found, std::string allowed) {
    return misfit_error(Code::invalid, "key file " + file.string(), std::move(found),
                        std::move(allowed));
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

std::array<char, kHexDigits + 1> to_line(const SecretKey& key) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, kHexDigits + 1> line{};
    for (std::size_t i = 0; i < kSecretKeyBytes; ++i) {
        line[2 * i] = kDigits[key.data()[i] >> 4];
        line[2 * i + 1] = kDigits[key.data()[i] & 15];
    }
    line.back() = '\n';
    return line;
}

// A store sealed by a key that only the system's cache holds would be lost with the power.
bool sync_folder_of(const std::filesystem::path& file) {
    const std::filesystem::path parent = file.parent_path();
    const int number = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC);
    const bool is_synced = number >= 0 && fsync(number) == 0;
    if (number >= 0) close(number);
    return is_synced;
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

bool SecretKey::operator==(const SecretKey& other) const {
    return CRYPTO_memcmp(data(), other.data(), kSecretKeyBytes) == 0;
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

Result<void> make_key_file(const std::filesystem::path& file) {
    const int number = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (number < 0 && errno == EEXIST) {
        Error error = wrong(file, "something that is there already",
                            "a new file; a store whose key is overwritten cannot be read again");
        error.code = Code::conflict;
        return error;
    }
    if (number < 0) {
        return wrong(file, std::generic_category().message(errno), "a file that can be made");
    }
    auto line = to_line(SecretKey::random());
    const auto written = write(number, line.data(), line.size());
    OPENSSL_cleanse(line.data(), line.size());
    const bool is_done =
        written == static_cast<ssize_t>(line.size()) && fsync(number) == 0 && sync_folder_of(file);
    const int reason = errno;
    close(number);
    if (is_done) return {};
    unlink(file.c_str());
    return Error{.code = Code::unavailable,
                 .message = "key file " + file.string() +
                            ": cannot be written: " + std::generic_category().message(reason)};
}

}  // namespace qr
