// Payloads as the HTTP room hands them over, with deceptive bytes behind them.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "server/dialects/native.h"

namespace qr::native {

// `shift` moves the whole body off its 64-byte alignment.
inline Payload payload_of(std::string_view bytes, std::optional<std::size_t> header_length = {},
                          std::size_t shift = 0) {
    Payload payload{Buffer(shift + bytes.size()), shift, bytes.size(), header_length};
    std::memcpy(payload.storage.data() + shift, bytes.data(), bytes.size());
    std::memset(payload.storage.data() + shift + bytes.size(), ']', Buffer::kPadding - shift % 8);
    return payload;
}

inline std::string bytes_of(const std::vector<float>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

inline Payload binary_payload(const std::string& json, const std::string& tensors,
                              std::size_t shift = 0) {
    return payload_of(json + tensors, json.size(), shift);
}

inline std::vector<float> floats_of(const MatrixView& view) {
    return {view.data, view.data + view.rows * view.dimension};
}

inline BufferPool& test_buffers() {
    static BufferPool buffers(std::size_t{16} << 20);
    return buffers;
}

inline Result<RerankRequest> rerank_of(std::string_view json, const ParseLimits& limits = {}) {
    return parse_rerank(payload_of(json), test_buffers(), limits);
}

// The message of the error, or "accepted".
inline std::string refusal_of(std::string_view json, const ParseLimits& limits = {}) {
    const auto parsed = rerank_of(json, limits);
    return parsed ? "accepted" : parsed.error().message;
}

inline std::string refusal_of(Payload payload) {
    const auto parsed = parse_rerank(std::move(payload), test_buffers(), {});
    return parsed ? "accepted" : parsed.error().message;
}

}  // namespace qr::native
