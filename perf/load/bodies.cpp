#include "perf/load/bodies.h"

#include <array>
#include <bit>
#include <charconv>
#include <random>
#include <span>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "host/encoding/base64.h"
#include "perf/load/texts.h"

namespace qr::load {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors go out as they lie in memory");

constexpr int kFloatDigits = 9;                  // identify a float32
constexpr std::size_t kFloatCharactersMax = 16;  // "-1.23456789e-05,"
constexpr std::size_t kFrameBytesMax = 256;      // the JSON around the numbers
constexpr std::size_t kFrameBytesOfVector = 32;  // and around each vector

struct Vectors {
    std::size_t dimension;
    std::vector<float> numbers;  // each query's, then each document's

    std::size_t count() const { return numbers.size() / dimension; }
    std::span<const float> at(std::size_t index) const {
        return std::span(numbers).subspan(index * dimension, dimension);
    }
};

Vectors make_vectors(const BodyShape& shape, std::size_t variant) {
    std::seed_seq seeds{static_cast<std::uint32_t>(shape.seed),
                        static_cast<std::uint32_t>(shape.seed >> 32),
                        narrow<std::uint32_t>(variant)};
    std::mt19937_64 random(seeds);
    std::normal_distribution<float> normal;
    const std::size_t count = shape.queries + shape.documents;
    Vectors vectors{shape.dimension, std::vector<float>(count * shape.dimension)};
    for (float& number : vectors.numbers)
        number = normal(random);
    return vectors;
}

void append_numbers(std::string& text, std::span<const float> vector) {
    std::array<char, 32> digits;
    char separator = '[';
    for (const float number : vector) {
        const auto [end, code] = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                               std::chars_format::general, kFloatDigits);
        QR_CHECK(code == std::errc());
        text += separator;
        text.append(digits.data(), end);
        separator = ',';
    }
    text += ']';
}

void append_vector(std::string& text, Format format, std::span<const float> vector) {
    if (format == Format::json) return append_numbers(text, vector);
    text += R"({"vector":")";
    text += base64::encode(std::as_bytes(vector));
    text += R"("})";
}

std::string end_of(const BodyShape& shape) {
    const char* const key = shape.documents == 0 ? R"(,"k":)" : R"(,"top_n":)";
    return key + std::to_string(shape.top_n) + "}";
}

// A body of JSON. append(text) adds the next vector or text, the queries' before the documents'.
template <typename Append>
std::string print_items(const BodyShape& shape, const Append& append) {
    std::string text;
    text.reserve(bytes_max(shape) / shape.variants);
    const auto append_list = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            text += i == 0 ? '[' : ',';
            append(text);
        }
        text += ']';
    };
    text += shape.queries == 1 ? R"({"query":)" : R"({"queries":)";
    if (shape.queries == 1) {
        append(text);
    } else {
        append_list(shape.queries);
    }
    if (shape.documents > 0) {
        text += R"(,"documents":)";
        append_list(shape.documents);
    }
    return text + end_of(shape);
}

std::string print_json(const BodyShape& shape, const Vectors& vectors) {
    std::size_t next = 0;
    return print_items(
        shape, [&](std::string& text) { append_vector(text, shape.format, vectors.at(next++)); });
}

std::string print_texts(const BodyShape& shape, std::size_t variant) {
    Texts texts(shape.seed, variant);
    return print_items(shape,
                       [&](std::string& text) { text += '"' + texts.next(shape.words) + '"'; });
}

// The JSON in front of the tensors.
std::string binary_head(const BodyShape& shape) {
    const std::string dimension = std::to_string(shape.dimension);
    const auto tensor = [&](std::size_t rows) {
        return R"({"shape":[)" + std::to_string(rows) + "," + dimension + "]}";
    };
    std::string head = shape.queries == 1 ? R"({"query":{"shape":[)" + dimension + "]}"
                                          : R"({"queries":)" + tensor(shape.queries);
    if (shape.documents > 0) head += R"(,"documents":)" + tensor(shape.documents);
    return head + end_of(shape);
}

}  // namespace

std::optional<Format> format_of(std::string_view name) {
    if (name == "binary") return Format::binary;
    if (name == "base64") return Format::base64;
    if (name == "json") return Format::json;
    if (name == "text") return Format::text;
    return std::nullopt;
}

std::size_t bytes_max(const BodyShape& shape) {
    const std::size_t vectors = shape.queries + shape.documents;
    std::size_t bytes_of_vector = shape.dimension * sizeof(float);
    if (shape.format == Format::json) bytes_of_vector = shape.dimension * kFloatCharactersMax;
    if (shape.format == Format::text) bytes_of_vector = shape.words * (kWordBytesMax + 1);
    if (shape.format == Format::base64) bytes_of_vector = (bytes_of_vector + 2) / 3 * 4;
    return shape.variants * (kFrameBytesMax + vectors * (bytes_of_vector + kFrameBytesOfVector));
}

Bodies make_bodies(const BodyShape& shape) {
    Bodies made{.headers = {"Content-Type: application/json"}, .bodies = {}};
    const std::string head = binary_head(shape);
    if (shape.format == Format::binary) {
        made.headers = {"Content-Type: application/octet-stream",
                        "Inference-Header-Content-Length: " + std::to_string(head.size())};
    }
    for (std::size_t variant = 0; variant < shape.variants; ++variant) {
        if (shape.format == Format::text) {
            made.bodies.push_back(print_texts(shape, variant));
            continue;
        }
        const Vectors vectors = make_vectors(shape, variant);
        if (shape.format != Format::binary) {
            made.bodies.push_back(print_json(shape, vectors));
            continue;
        }
        const auto bytes = std::as_bytes(std::span(vectors.numbers));
        std::string body = head;
        body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        made.bodies.push_back(std::move(body));
    }
    return made;
}

}  // namespace qr::load
