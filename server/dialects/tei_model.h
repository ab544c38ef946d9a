// text-embeddings-inference's endpoints about the model itself: /embed, /tokenize, /decode, /info.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/text/encoder.h"
#include "host/text/tokenizer.h"
#include "server/dialects/native.h"

namespace qr::dialects {

struct TokenizeRequest {
    std::vector<std::string> texts;
    SpecialTokens special = SpecialTokens::add;
};
Result<TokenizeRequest> parse_tokenize(const native::Payload& payload,
                                       const native::ParseLimits& limits);
std::string print_tokens(const std::vector<std::vector<Token>>& texts,
                         const TokenizeRequest& request);

struct DecodeRequest {
    std::vector<std::vector<std::uint32_t>> ids;
    Tokenizer::Specials specials = Tokenizer::Specials::skip;
};
Result<DecodeRequest> parse_decode(const native::Payload& payload,
                                   const native::ParseLimits& limits);
std::string print_texts(const std::vector<std::string>& texts);

// What POST / and /invocations are asked for: TEI goes by the model, we by the body.
enum class RootRequest { rerank, embed, similarity };
// `body` has Buffer::kPadding readable bytes behind it.
RootRequest root_request(std::string_view body);

// GET /info
struct ModelInfo {
    EncoderInfo encoder;  // an empty name: there is none
    std::size_t requests_max = 0;
    std::size_t documents_max = 0;
    std::string_view version;
};
std::string print_info(const ModelInfo& info);

}  // namespace qr::dialects
