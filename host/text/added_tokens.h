// Tokens that are found in the text as it was sent, before anything else is done to it: [SEP].
//
// The leftmost is taken, and of several that begin there the longest. Immutable once made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qr {

struct AddedToken {
    std::string content;
    std::uint32_t id = 0;
    bool is_special = false;
    bool takes_left = false;   // the white space before it
    bool takes_right = false;  // and behind it
};

class AddedTokens {
  public:
    static constexpr std::size_t kCountMax = 256;  // all that begin alike are tried in turn

    explicit AddedTokens(std::vector<AddedToken> tokens);

    struct Match {
        const AddedToken* token = nullptr;  // null: there is none
        std::size_t start = 0;              // bytes of the text
        std::size_t stop = 0;
    };
    // The first at or behind `from`; what it takes on its left does not begin before that.
    Match find(std::string_view text, std::size_t from) const;
    const AddedToken* find_id(std::uint32_t id) const;

  private:
    std::size_t next_candidate(std::string_view text, std::size_t from) const;

    std::vector<AddedToken> tokens_;  // longest first
    std::string first_bytes_;         // those that a token begins with, each once
    std::array<bool, 256> begins_{};
};

}  // namespace qr
