#include "host/text/added_tokens.h"

#include <algorithm>
#include <utility>

#include "host/text/unicode.h"
#include "host/text/utf8_reader.h"

namespace qr {
namespace {

bool is_trail(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::size_t skip_white_space(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        std::size_t after = at;
        if (!unicode::is_white_space(next_char(text, after))) break;
        at = after;
    }
    return at;
}

std::size_t skip_white_space_back(std::string_view text, std::size_t at, std::size_t least) {
    while (at > least) {
        std::size_t before = at - 1;
        while (before > least && is_trail(text[before]))
            --before;
        std::size_t after = before;
        if (!unicode::is_white_space(next_char(text, after)) || after != at) break;
        at = before;
    }
    return at;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
    std::ranges::stable_sort(tokens_, std::greater{},
                             [](const AddedToken& token) { return token.content.size(); });
    for (const AddedToken& token : tokens_) {
        const char first = token.content.front();
        bool& begins = begins_[static_cast<unsigned char>(first)];
        if (!begins) first_bytes_ += first;
        begins = true;
    }
}

std::size_t AddedTokens::next_candidate(std::string_view text, std::size_t from) const {
    if (first_bytes_.empty()) return std::string_view::npos;
    if (first_bytes_.size() == 1) return text.find(first_bytes_[0], from);
    for (std::size_t at = from; at < text.size(); ++at) {
        if (begins_[static_cast<unsigned char>(text[at])]) return at;
    }
    return std::string_view::npos;
}

AddedTokens::Match AddedTokens::find(std::string_view text, std::size_t from) const {
    std::size_t at = next_candidate(text, from);
    for (; at != std::string_view::npos; at = next_candidate(text, at + 1)) {
        const std::string_view rest = text.substr(at);
        const auto found = std::ranges::find_if(
            tokens_, [rest](const AddedToken& token) { return rest.starts_with(token.content); });
        if (found == tokens_.end()) continue;
        const std::size_t end = at + found->content.size();
        return {&*found, found->takes_left ? skip_white_space_back(text, at, from) : at,
                found->takes_right ? skip_white_space(text, end) : end};
    }
    return {};
}

const AddedToken* AddedTokens::find_id(std::uint32_t id) const {
    const auto found = std::ranges::find(tokens_, id, &AddedToken::id);
    return found == tokens_.end() ? nullptr : &*found;
}

}  // namespace qr
