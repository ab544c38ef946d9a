// What a tokenizer.json says, as far as BERT's tokenizers say it; anything else is refused by name.
//
// `truncation` and `padding` are not read: who asks for tokens says how many, and nothing is
// padded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/text/added_tokens.h"
#include "host/text/bert_words.h"
#include "host/text/word_piece.h"
#include "host/text/word_piece_decoder.h"

namespace qr {

struct TokenizerLimits {
    static constexpr std::size_t kTokensMax = std::size_t{1} << 20;
    static constexpr std::size_t kTokenBytesMax = 1024;
    static constexpr std::size_t kWordCharsMax = 1000;
    static constexpr std::size_t kTemplateTokensMax = 64;
};

struct TokenizerSpec {
    BertOptions normalizer;
    WordPieceSpec model;
    std::vector<AddedToken> added;
    std::vector<std::string> texts;      // of every token, by id
    std::vector<std::uint32_t> opening;  // what the template puts before a text
    std::vector<std::uint32_t> closing;  // and behind it
    std::optional<WordPieceDecoding> decoder;
};

Result<TokenizerSpec> parse_tokenizer_json(std::string_view bytes);

}  // namespace qr
