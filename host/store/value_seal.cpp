#include "host/store/value_seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr {
namespace {

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text, std::size_t at) {
    return reinterpret_cast<unsigned char*>(text.data()) + at;
}

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// One a thread: making it and looking the cipher up cost as much as a kilobyte.
EVP_CIPHER_CTX* cipher() {
    thread_local const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context = [] {
        std::unique_ptr<EVP_CIPHER_CTX, FreeContext> made(EVP_CIPHER_CTX_new());
        QR_CHECK(made && EVP_CipherInit_ex(made.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr,
                                           1) == 1);
        return made;
    }();
    return context.get();
}

}  // namespace

void seal(const SecretKey& key, std::string_view context, std::string_view value,
          std::string& out) {
    const std::size_t at = out.size();
    out.resize(at + kSealNonceBytes + value.size() + kSealTagBytes);
    QR_CHECK(RAND_bytes(bytes(out, at), kSealNonceBytes) == 1);
    EVP_CIPHER_CTX* with = cipher();
    int written = 0;
    const bool is_sealed =
        EVP_CipherInit_ex(with, nullptr, nullptr, key.data(), bytes(out, at), 1) == 1 &&
        EVP_CipherUpdate(with, nullptr, &written, bytes(context), narrow<int>(context.size())) ==
            1 &&
        EVP_CipherUpdate(with, bytes(out, at + kSealNonceBytes), &written, bytes(value),
                         narrow<int>(value.size())) == 1 &&
        EVP_CipherFinal_ex(with, bytes(out, out.size() - kSealTagBytes), &written) == 1 &&
        EVP_CIPHER_CTX_ctrl(with, EVP_CTRL_AEAD_GET_TAG, kSealTagBytes,
                            bytes(out, out.size() - kSealTagBytes)) == 1;
    QR_CHECK(is_sealed);
}

bool unseal(const SecretKey& key, std::string_view context, std::string_view sealed,
            std::string& out) {
    if (sealed.size() < kSealNonceBytes + kSealTagBytes) return false;
    const std::string_view value =
        sealed.substr(kSealNonceBytes, sealed.size() - kSealNonceBytes - kSealTagBytes);
    std::string tag(sealed.substr(sealed.size() - kSealTagBytes));
    out.resize(value.size());
    EVP_CIPHER_CTX* with = cipher();
    int written = 0;
    return EVP_CipherInit_ex(with, nullptr, nullptr, key.data(), bytes(sealed), 0) == 1 &&
           EVP_CipherUpdate(with, nullptr, &written, bytes(context), narrow<int>(context.size())) ==
               1 &&
           EVP_CipherUpdate(with, bytes(out, 0), &written, bytes(value),
                            narrow<int>(value.size())) == 1 &&
           EVP_CIPHER_CTX_ctrl(with, EVP_CTRL_AEAD_SET_TAG, kSealTagBytes, tag.data()) == 1 &&
           EVP_CipherFinal_ex(with, bytes(out, out.size()), &written) == 1;
}

}  // namespace qr
