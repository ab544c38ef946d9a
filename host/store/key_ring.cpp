#include "host/store/key_ring.h"

#include <cstring>
#include <utility>

#include "host/base/check.h"
#include "host/base/misfit.h"
#include "host/store/value_seal.h"

namespace qr {
namespace {

// version, 1 byte | for each key: its number, 2 bytes, little-endian | the key, sealed
constexpr char kKeyRecordVersion = 1;
constexpr std::size_t kNumberBytes = 2;
constexpr std::size_t kWrappedBytes = kSealNonceBytes + kSecretKeyBytes + kSealTagBytes;
constexpr std::size_t kEntryBytes = kNumberBytes + kWrappedBytes;
constexpr std::uint16_t kKeysMax = 1'000;

std::string context_of(std::string_view number) {
    return "quantumrerank data key " + std::string(number);
}

}  // namespace

bool KeyRing::is_full() const {
    return keys_.size() >= kKeysMax;
}

void KeyRing::begin_key() {
    QR_CHECK(!is_full());
    const auto number = static_cast<std::uint16_t>(keys_.empty() ? 1 : current() + 1);
    keys_.emplace(number, SecretKey::random());
}

const SecretKey* KeyRing::find(std::uint16_t number) const {
    const auto at = keys_.find(number);
    return at == keys_.end() ? nullptr : &at->second;
}

std::string KeyRing::wrap(const SecretKey& by) const {
    std::string record(1, kKeyRecordVersion);
    for (const auto& [number, key] : keys_) {
        const std::string text{static_cast<char>(number & 0xff), static_cast<char>(number >> 8)};
        record += text;
        seal(by, context_of(text), {reinterpret_cast<const char*>(key.data()), kSecretKeyBytes},
             record);
    }
    return record;
}

Result<KeyRing> KeyRing::unwrap(std::string_view record, const SecretKey& by) {
    if (record.empty() || record[0] != kKeyRecordVersion) {
        const std::string found = record.empty() ? "none" : std::to_string(record[0]);
        return misfit_error(Code::internal, "the store's keys", "version " + found, "1");
    }
    const Error closed{.code = Code::invalid,
                       .message =
                           "the key does not open this store: its data keys were wrapped "
                           "with another one, or their record was changed"};
    record.remove_prefix(1);
    if (record.empty() || record.size() % kEntryBytes != 0) return closed;
    KeyRing ring;
    std::string opened;
    for (; !record.empty(); record.remove_prefix(kEntryBytes)) {
        const std::string_view number = record.substr(0, kNumberBytes);
        if (!unseal(by, context_of(number), record.substr(kNumberBytes, kWrappedBytes), opened)) {
            return closed;
        }
        SecretKey key;
        std::memcpy(key.data(), opened.data(), kSecretKeyBytes);
        std::memset(opened.data(), 0, opened.size());
        const auto low = static_cast<unsigned char>(number[0]);
        const auto high = static_cast<unsigned char>(number[1]);
        ring.keys_.emplace(static_cast<std::uint16_t>(low | high << 8), key);
    }
    return ring;
}

}  // namespace qr
