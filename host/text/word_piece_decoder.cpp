#include "host/text/word_piece_decoder.h"

#include <array>
#include <string_view>
#include <utility>

namespace qr {
namespace {

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

// In this order, each over what the one before left.
std::string clean_up(std::string text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kReplaced = {{
        {" .", "."},
        {" ?", "?"},
        {" !", "!"},
        {" ,", ","},
        {" ' ", "'"},
        {" n't", "n't"},
        {" 'm", "'m"},
        {" do not", " don't"},
        {" 's", "'s"},
        {" 've", "'ve"},
        {" 're", "'re"},
    }};
    for (const auto& [from, to] : kReplaced)
        text = replace_all(std::move(text), from, to);
    return text;
}

}  // namespace

std::string join_word_pieces(const std::vector<std::string>& tokens,
                             const WordPieceDecoding& decoding) {
    std::string joined;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::string token = tokens[i];
        if (i > 0) {
            const bool continues = token.starts_with(decoding.prefix);
            token = continues ? token.substr(decoding.prefix.size()) : " " + token;
        }
        joined += decoding.cleans_up ? clean_up(std::move(token)) : token;
    }
    return joined;
}

}  // namespace qr
