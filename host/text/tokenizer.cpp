#include "host/text/tokenizer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "host/base/misfit.h"
#include "host/text/added_tokens.h"
#include "host/text/ascii_words.h"
#include "host/text/bert_words.h"
#include "host/text/tokenizer_json.h"
#include "host/text/utf8_reader.h"
#include "host/text/word_piece.h"
#include "host/text/word_piece_decoder.h"

namespace qr {
namespace {

constexpr std::size_t kUtf8BytesMax = 4;  // of one character
constexpr std::size_t kWordBytesMax = kUtf8BytesMax * TokenizerLimits::kWordCharsMax;
constexpr std::size_t kSigns = 128;
static_assert(ascii::kOverrun >= PieceTable::kReadAhead);

// What a thread needs while it tokenizes, kept so that no text allocates.
struct WordScratch {
    std::array<char, kWordBytesMax + ascii::kOverrun> word{};
    BertWords words;
};

WordScratch& word_scratch() {
    thread_local WordScratch mine;
    return mine;
}

std::size_t count_starts(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(
        utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

}  // namespace

struct Tokenizer::Parts {
    explicit Parts(TokenizerSpec spec);

    void plain_ids(std::string_view text, std::size_t ids_max,
                   std::vector<std::uint32_t>& out) const;
    void any_ids(std::string_view text, std::size_t ids_max, std::vector<std::uint32_t>& out) const;
    void word_ids(const char* word, std::size_t size, std::vector<std::uint32_t>& out) const;
    void plain_tokens(std::string_view text, std::size_t first_char, std::vector<Token>& out) const;
    void word_tokens(const Word& word, std::vector<Token>& out) const;
    Token token(std::uint32_t id, std::size_t start, std::size_t stop) const {
        return {.id = id, .text = texts[id], .start = start, .stop = stop};
    }
    void add_template(const std::vector<std::uint32_t>& ids, std::vector<Token>& out) const;

    BertOptions normalizer;
    WordPiece pieces;
    AddedTokens added;
    std::vector<std::string> texts;
    std::vector<std::uint32_t> opening;
    std::vector<std::uint32_t> closing;
    std::optional<WordPieceDecoding> decoder;
    std::array<std::uint32_t, kSigns> signs{};  // the token of each sign of ASCII, a word by itself
};

Tokenizer::Parts::Parts(TokenizerSpec spec)
    : normalizer(spec.normalizer),
      pieces(spec.model),
      added(std::move(spec.added)),
      texts(std::move(spec.texts)),
      opening(std::move(spec.opening)),
      closing(std::move(spec.closing)),
      decoder(std::move(spec.decoder)) {
    for (std::size_t sign = 0; sign < kSigns; ++sign)
        signs[sign] = pieces.find(static_cast<char>(sign));
}

// Without added tokens; up to `ids_max` in `out`, and perhaps the rest of the last word's.
void Tokenizer::Parts::plain_ids(std::string_view text, std::size_t ids_max,
                                 std::vector<std::uint32_t>& out) const {
    const auto letters = normalizer.lowercase ? ascii::Letters::lower : ascii::Letters::keep;
    char* const word = word_scratch().word.data();
    std::size_t at = 0;
    while (at < text.size() && out.size() < ids_max) {
        const std::size_t size = ascii::read_word(text, at, letters, word, pieces.word_chars_max());
        const std::size_t end = at + size;
        const ascii::ByteKind next =
            end < text.size() ? ascii::kind(text[end]) : ascii::ByteKind::white_space;
        if (next == ascii::ByteKind::other) {
            const std::size_t stop = ascii::find_white_space(text, end);
            any_ids(text.substr(at, stop - at), ids_max, out);
            at = stop;
            continue;
        }
        if (size > 0) word_ids(word, size, out);
        if (next == ascii::ByteKind::sign)
            out.push_back(signs[static_cast<unsigned char>(text[end])]);
        at = end + 1;
    }
}

void Tokenizer::Parts::word_ids(const char* word, std::size_t size,
                                std::vector<std::uint32_t>& out) const {
    if (size > pieces.word_chars_max())
        out.push_back(pieces.unknown_id());
    else
        pieces.append(word, size, out);
}

void Tokenizer::Parts::any_ids(std::string_view text, std::size_t ids_max,
                               std::vector<std::uint32_t>& out) const {
    BertWords& words = word_scratch().words;
    words.start(normalizer, pieces.word_chars_max(), text);
    while (out.size() < ids_max) {
        const Word* word = words.next();
        if (word == nullptr) return;
        if (word->is_cut()) {
            out.push_back(pieces.unknown_id());
            continue;
        }
        std::memcpy(word_scratch().word.data(), word->bytes.data(), word->bytes.size());
        pieces.append(word_scratch().word.data(), word->bytes.size(), out);
    }
}

void Tokenizer::Parts::plain_tokens(std::string_view text, std::size_t first_char,
                                    std::vector<Token>& out) const {
    BertWords& words = word_scratch().words;
    words.start(normalizer, pieces.word_chars_max(), text, first_char);
    while (const Word* word = words.next())
        word_tokens(*word, out);
}

void Tokenizer::Parts::word_tokens(const Word& word, std::vector<Token>& out) const {
    const std::vector<WordPieceToken> split =
        word.is_cut() ? std::vector<WordPieceToken>{} : pieces.split(word.bytes);
    if (split.empty()) {
        out.push_back(token(pieces.unknown_id(), word.first_origin, word.last_origin + 1));
        return;
    }
    std::size_t byte = 0;
    std::size_t letter = 0;
    for (const WordPieceToken& piece : split) {
        const std::size_t first = letter;
        letter += count_starts(std::string_view(word.bytes).substr(byte, piece.stop - byte));
        byte = piece.stop;
        out.push_back(token(piece.id, word.origins[first], word.origins[letter - 1] + 1));
    }
}

void Tokenizer::Parts::add_template(const std::vector<std::uint32_t>& ids,
                                    std::vector<Token>& out) const {
    for (const std::uint32_t id : ids) {
        out.push_back(token(id, 0, 0));
        out.back().is_special = true;
    }
}

Tokenizer::Tokenizer(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::load(std::string_view tokenizer_json) {
    Result<TokenizerSpec> spec = parse_tokenizer_json(tokenizer_json);
    if (!spec) return std::move(spec).error();
    return Tokenizer(std::make_unique<const Parts>(std::move(*spec)));
}

void Tokenizer::ids(std::string_view text, std::size_t tokens_max,
                    std::vector<std::uint32_t>& out) const {
    const std::size_t ids_max =
        out.size() + std::min(tokens_max, std::numeric_limits<std::size_t>::max() - out.size());
    std::size_t at = 0;
    while (at < text.size() && out.size() < ids_max) {
        const AddedTokens::Match match = parts_->added.find(text, at);
        const std::size_t start = match.token == nullptr ? text.size() : match.start;
        parts_->plain_ids(text.substr(at, start - at), ids_max, out);
        if (match.token == nullptr) break;
        out.push_back(match.token->id);
        at = match.stop;
    }
    out.resize(std::min(out.size(), ids_max));
}

std::vector<Token> Tokenizer::tokens(std::string_view text, SpecialTokens special) const {
    std::vector<Token> out;
    if (special == SpecialTokens::add) parts_->add_template(parts_->opening, out);
    std::size_t at = 0;
    std::size_t character = 0;
    while (at < text.size()) {
        const AddedTokens::Match match = parts_->added.find(text, at);
        const std::size_t start = match.token == nullptr ? text.size() : match.start;
        const std::string_view before = text.substr(at, start - at);
        parts_->plain_tokens(before, character, out);
        if (match.token == nullptr) break;
        const std::size_t first = character + count_chars(before);
        character = first + count_chars(text.substr(start, match.stop - start));
        out.push_back(parts_->token(match.token->id, first, character));
        out.back().text = text.substr(start, match.stop - start);
        at = match.stop;
    }
    if (special == SpecialTokens::add) parts_->add_template(parts_->closing, out);
    return out;
}

Result<std::string> Tokenizer::decode(const std::vector<std::uint32_t>& ids,
                                      Specials specials) const {
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::uint32_t id = ids[i];
        if (id >= parts_->texts.size()) {
            Error error =
                misfit_error(Code::invalid, "ids/" + std::to_string(i), std::to_string(id),
                             "0 to " + std::to_string(parts_->texts.size() - 1));
            error.pointer = "/ids/" + std::to_string(i);
            return error;
        }
        const AddedToken* added = parts_->added.find_id(id);
        const bool is_special = added != nullptr && added->is_special;
        if (!is_special || specials == Specials::keep) tokens.push_back(parts_->texts[id]);
    }
    if (parts_->decoder.has_value()) return join_word_pieces(tokens, *parts_->decoder);
    std::string joined;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        joined += (i > 0 ? " " : "") + tokens[i];
    return joined;
}

std::size_t Tokenizer::vocabulary_size() const {
    return parts_->texts.size();
}

std::uint32_t Tokenizer::unknown_id() const {
    return parts_->pieces.unknown_id();
}

}  // namespace qr
