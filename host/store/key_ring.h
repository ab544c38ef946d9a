// The data keys of a store, and the record that keeps them: each wrapped by the operator's key.
//
// Values are sealed with data keys, which never leave the store but wrapped. So another operator's
// key means that record written anew, a few dozen bytes, and no value touched.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/store/secret_key.h"

namespace qr {

class KeyRing {
  public:
    // Another random key, which seals from now on; the older ones go on opening.
    void begin_key();
    bool is_full() const;  // then no key can be begun
    std::size_t size() const { return keys_.size(); }
    std::uint16_t current() const { return keys_.rbegin()->first; }
    const SecretKey* find(std::uint16_t number) const;

    // The record. Errors of unwrap(): `invalid` (the key is another one, or the record is not as
    // it was written), `internal` (of a later version).
    std::string wrap(const SecretKey& by) const;
    static Result<KeyRing> unwrap(std::string_view record, const SecretKey& by);

  private:
    std::map<std::uint16_t, SecretKey> keys_;
};

}  // namespace qr
