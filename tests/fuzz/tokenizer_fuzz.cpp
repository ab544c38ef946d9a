// Any bytes are tokenized: the quick path and the one with places agree, and places lie in the
// text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "embedded/tokenizer_json.h"
#include "host/base/check.h"
#include "host/text/tokenizer.h"
#include "host/text/utf8_reader.h"

namespace {

using qr::Token;

const qr::Tokenizer& tokenizer() {
    static const qr::Tokenizer loaded = qr::Tokenizer::load(qr::embedded::tokenizer_json()).value();
    return loaded;
}

void check_places(const std::vector<Token>& tokens, std::size_t chars) {
    std::size_t at = 0;
    for (const Token& token : tokens) {
        QR_CHECK(token.id < tokenizer().vocabulary_size());
        QR_CHECK(at <= token.start && token.start < token.stop && token.stop <= chars);
        at = token.start;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::vector<Token> tokens = tokenizer().tokens(text, qr::SpecialTokens::leave_out);
    check_places(tokens, qr::count_chars(text));
    std::vector<std::uint32_t> ids;
    tokenizer().ids(text, SIZE_MAX, ids);
    QR_CHECK(std::ranges::equal(ids, tokens, {}, {}, &Token::id));
    std::vector<std::uint32_t> fewer;
    tokenizer().ids(text, ids.size() / 2, fewer);
    QR_CHECK(std::equal(fewer.begin(), fewer.end(), ids.begin()) && fewer.size() == ids.size() / 2);
    QR_CHECK(tokenizer().decode(ids, qr::Tokenizer::Specials::skip).ok());
    return EXIT_SUCCESS;
}
