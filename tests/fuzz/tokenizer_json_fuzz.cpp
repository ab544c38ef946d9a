// Any tokenizer.json is loaded or refused; one that is loaded tokenizes, and its two paths agree.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "host/base/check.h"
#include "host/text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    const qr::Result<qr::Tokenizer> loaded = qr::Tokenizer::load(json);
    if (!loaded) {
        QR_CHECK(!loaded.error().message.empty());
        return EXIT_SUCCESS;
    }
    // Its own file, for its words are in there, and what each part of a normalizer is for.
    for (const std::string_view text :
         {json, std::string_view("[CLS] word \t <m> ÉÑ 字a\u0301\0.")}) {
        std::vector<std::uint32_t> ids;
        loaded->ids(text, SIZE_MAX, ids);
        const std::vector<qr::Token> tokens = loaded->tokens(text, qr::SpecialTokens::leave_out);
        QR_CHECK(std::ranges::equal(ids, tokens, {}, {}, &qr::Token::id));
        QR_CHECK(loaded->decode(ids, qr::Tokenizer::Specials::keep).ok());
    }
    return EXIT_SUCCESS;
}
