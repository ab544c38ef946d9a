// WordPiece tokenization of BERT models, as the `tokenizers` library does it from a tokenizer.json.
//
// The same ids as https://github.com/huggingface/tokenizers for every text of valid UTF-8. ids()
// is the path that requests take; tokens() also says where each token lies. Immutable once loaded;
// any number of threads may use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"

namespace qr {

struct Token {
    std::uint32_t id = 0;
    std::string text;         // as the vocabulary has it: "##ing"; a special one as the text has it
    bool is_special = false;  // added by the template: [CLS], [SEP]
    std::size_t start = 0;    // in the text, in characters (code points)
    std::size_t stop = 0;     // one past its last character
};

enum class SpecialTokens { leave_out, add };

class Tokenizer {
  public:
    // From the bytes of a tokenizer.json. Errors: `invalid`, naming the part that is not supported
    // and what is.
    static Result<Tokenizer> load(std::string_view tokenizer_json);

    Tokenizer(Tokenizer&&) noexcept;
    Tokenizer& operator=(Tokenizer&&) noexcept;
    ~Tokenizer();

    // Appends the ids of one text, without special tokens, at most `tokens_max` of them.
    void ids(std::string_view text, std::size_t tokens_max, std::vector<std::uint32_t>& out) const;
    std::vector<Token> tokens(std::string_view text, SpecialTokens special) const;
    // The text those ids stand for. Errors: `invalid`, naming the id that is not in the vocabulary.
    enum class Specials { keep, skip };
    Result<std::string> decode(const std::vector<std::uint32_t>& ids, Specials specials) const;

    std::size_t vocabulary_size() const;
    std::uint32_t unknown_id() const;

  private:
    struct Parts;
    explicit Tokenizer(std::unique_ptr<const Parts> parts);
    std::unique_ptr<const Parts> parts_;
};

}  // namespace qr
