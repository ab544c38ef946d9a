// Inference requests for the tests of the KServe dialect.
#pragma once

#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

#include "payloads.h"
#include "server/dialects/kserve_inference.h"

namespace qr::kserve {

inline native::ParseLimits with_texts() {
    native::ParseLimits limits;
    limits.takes_text = true;
    return limits;
}

// JSON alone where there are no tensors.
inline Result<RerankRequest> parse(const std::string& json, const std::string& tensors = "",
                                   const native::ParseLimits& limits = with_texts(),
                                   ModelId id = ModelId::score) {
    auto payload =
        tensors.empty() ? native::payload_of(json) : native::binary_payload(json, tensors);
    return read_inference(std::move(payload), native::test_buffers(), limits, id).request;
}

// The message of the error, or "accepted".
inline std::string refusal(const std::string& json, const std::string& tensors = "",
                           const native::ParseLimits& limits = with_texts()) {
    const auto parsed = parse(json, tensors, limits);
    return parsed ? "accepted" : parsed.error().message;
}

// Fields of the input DOCUMENTS, in the order in which they are given.
inline std::string with_documents(std::string_view fields, std::string_view rest = "") {
    return R"({"inputs":[{"name":"QUERY","shape":[1,2],"datatype":"FP32","data":[1,0]},{)" +
           std::string(fields) + "}]" + std::string(rest) + "}";
}

// An otherwise good request with these further fields.
inline std::string with(std::string_view rest) {
    return with_documents(R"("name":"DOCUMENTS","shape":[1,2],"datatype":"FP32","data":[3,4])",
                          rest);
}

template <class Number>
std::string tensor_of(std::initializer_list<Number> numbers) {
    return {reinterpret_cast<const char*>(numbers.begin()), numbers.size() * sizeof(Number)};
}

// BYTES: each a length and so many bytes.
inline std::string texts_of(std::initializer_list<std::string_view> texts) {
    std::string bytes;
    for (const std::string_view text : texts) {
        bytes += tensor_of({static_cast<std::uint32_t>(text.size())});
        bytes += text;
    }
    return bytes;
}

}  // namespace qr::kserve
