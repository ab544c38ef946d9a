// AES-256-GCM of one value: nobody reads it, changes it or moves it elsewhere without the key.
//
//   nonce, 12 random bytes | the value, encrypted | tag, 16 bytes
//
// What the value belongs to is authenticated with it (`context`). With random nonces a key is good
// for 2^32 values; a store begins a new one long before.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/store/secret_key.h"

namespace qr {

inline constexpr std::size_t kSealNonceBytes = 12;
inline constexpr std::size_t kSealTagBytes = 16;

// Appends to `out`, whatever it has.
void seal(const SecretKey& key, std::string_view context, std::string_view value, std::string& out);

// Into `out`, replacing what it has. False: not what seal() made with that key and context.
bool unseal(const SecretKey& key, std::string_view context, std::string_view sealed,
            std::string& out);

}  // namespace qr
