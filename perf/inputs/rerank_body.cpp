#include "perf/inputs/rerank_body.h"

#include <cstdio>
#include <cstring>
#include <span>
#include <utility>

#include "host/encoding/base64.h"
#include "perf/gate.h"
#include "perf/inputs/vectors.h"

namespace qr::perf {
namespace {

constexpr std::uint32_t kSeed = 20260108;
constexpr std::size_t kTensorAlignment = 64;

using Row = std::span<const float>;

std::string digits_of(Row row, const char* format) {
    std::string text = "[";
    for (std::size_t i = 0; i < row.size(); ++i) {
        std::array<char, 40> number{};
        std::snprintf(number.data(), number.size(), format, static_cast<double>(row[i]));
        text.append(i == 0 ? "" : ", ").append(number.data());
    }
    return text + "]";
}

std::string text_of(Row row, Form form) {
    switch (form) {
        case Form::json_9_digits:
            return digits_of(row, "%.9g");
        case Form::json_17_digits:
            return digits_of(row, "%.17g");
        case Form::base64:
            return R"({"vector": ")" + base64::encode(std::as_bytes(row)) + "\"}";
        case Form::binary:
            break;
    }
    return {};
}

std::string json_of(const RerankBody& body, Form form, const Frame& frame) {
    const auto row = [&](std::size_t index) {
        return text_of(
            Row(body.numbers).subspan(index * body.shape.dimension, body.shape.dimension), form);
    };
    std::string text(frame.opening);
    text.append(row(0)).append(frame.middle).append("[");
    for (std::size_t i = 1; i <= body.shape.documents; ++i)
        text += (i == 1 ? "" : ", ") + row(i);
    return text.append("]").append(frame.closing);
}

std::string tensors_header(Shape shape, const Frame& frame) {
    const std::string dimension = std::to_string(shape.dimension);
    const std::string documents = std::to_string(shape.documents);
    std::string header(frame.opening);
    header.append(R"({"shape": [)" + dimension + "]}").append(frame.middle);
    header.append(R"({"shape": [)" + documents + ", " + dimension + "]}").append(frame.closing);
    return header;
}

void write_binary(RerankBody& body, std::string header) {
    body.bytes = std::move(header);
    const std::size_t over = body.bytes.size() % kTensorAlignment;
    if (over != 0) body.bytes.append(kTensorAlignment - over, ' ');
    body.header_length = body.bytes.size();
    const auto tensors = std::as_bytes(std::span(body.numbers));
    body.bytes.append(reinterpret_cast<const char*>(tensors.data()), tensors.size());
}

RerankBody body_of(Shape shape) {
    return {.shape = shape,
            .numbers = make_vectors((1 + shape.documents) * shape.dimension, kSeed),
            .bytes = {},
            .header_length = std::nullopt};
}

std::span<const float> numbers_of(const MatrixView& view) {
    return {view.data, view.rows * view.dimension};
}

}  // namespace

std::string_view to_string(Form form) {
    switch (form) {
        case Form::json_9_digits:
            return "json_9_digits";
        case Form::json_17_digits:
            return "json_17_digits";
        case Form::base64:
            return "base64";
        case Form::binary:
            return "binary";
    }
    return "";
}

std::string to_string(Shape shape) {
    return std::to_string(shape.documents) + "x" + std::to_string(shape.dimension);
}

RerankBody make_rerank_body(Form form, Shape shape, const Frame& frame) {
    if (form == Form::binary) return make_tensor_body(shape, tensors_header(shape, frame));
    RerankBody body = body_of(shape);
    body.bytes = json_of(body, form, frame);
    return body;
}

RerankBody make_tensor_body(Shape shape, std::string header) {
    RerankBody body = body_of(shape);
    write_binary(body, std::move(header));
    return body;
}

native::Payload payload_of(const RerankBody& body) {
    native::Payload payload{Buffer(body.bytes.size()), 0, body.bytes.size(), body.header_length};
    std::memcpy(payload.storage.data(), body.bytes.data(), body.bytes.size());
    return payload;
}

std::string pass_gate(std::string_view name, const RerankBody& body, const ScoreRequest& parsed) {
    const VectorInput& vectors = parsed.vectors;
    if (vectors.queries.rows != 1 || vectors.documents.rows != body.shape.documents ||
        vectors.documents.dimension != body.shape.dimension ||
        vectors.queries.dimension != body.shape.dimension) {
        shut_gate(name, "has another shape");
    }
    std::vector<float> found;
    for (const MatrixView& view : {vectors.queries, vectors.documents}) {
        const auto numbers = numbers_of(view);
        found.insert(found.end(), numbers.begin(), numbers.end());
    }
    return pass_gate(name, std::span<const float>(body.numbers), std::span<const float>(found));
}

}  // namespace qr::perf
