// Rerank requests in every form that a client may send, made of the same numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/dialects/native.h"

namespace qr::perf {

enum class Form : std::uint8_t { json_9_digits, json_17_digits, base64, binary };
inline constexpr std::array kForms = {Form::json_9_digits, Form::json_17_digits, Form::base64,
                                      Form::binary};
std::string_view to_string(Form form);

struct Shape {
    std::size_t documents = 0;
    std::size_t dimension = 0;  // a multiple of 3 where base64 is to need no padding
};
inline constexpr Shape kLarge = {100, 768};
inline constexpr Shape kSmall = {10, 384};
std::string to_string(Shape shape);  // "100x768"

struct RerankBody {
    Shape shape;
    std::vector<float> numbers;  // the query's, then the documents'
    std::string bytes;
    std::optional<std::size_t> header_length;  // as native::Payload has it
};

// What stands before, between and behind the query and the documents: a dialect's words.
struct Frame {
    std::string_view opening = R"({"query": )";
    std::string_view middle = R"(, "documents": )";
    std::string_view closing = R"(, "method": "signed_fidelity", "top_n": 10})";
};

// The same for the same form and shape. Unless the frame says otherwise it asks for signed_fidelity
// and the best ten.
RerankBody make_rerank_body(Form form, Shape shape, const Frame& frame = {});
// Those tensors behind a header of the caller's.
RerankBody make_tensor_body(Shape shape, std::string header);

// As a socket would have filled it.
native::Payload payload_of(const RerankBody& body);

// Passes a request that holds exactly the body's numbers. Returns their hash.
std::string pass_gate(std::string_view name, const RerankBody& body, const ScoreRequest& parsed);

}  // namespace qr::perf
