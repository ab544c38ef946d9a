#include "host/text/remote/embedding_answer.h"

#include <simdjson.h>

#include <bit>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "host/base/misfit.h"
#include "host/encoding/base64.h"

namespace qr {
namespace {

namespace dom = simdjson::dom;
static_assert(std::endian::native == std::endian::little);

Error misfit(const std::string& pointer, const std::string& found, const std::string& allowed) {
    return misfit_at(Code::unavailable, pointer, found, allowed);
}

std::string numbers(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " number" : " numbers");
}

std::string texts_sent(std::size_t texts) {
    return "one vector for each of the " + std::to_string(texts) + " texts";
}

// simdjson has read the number as a double; what float32 cannot hold becomes infinite.
Result<std::vector<float>> read_digits(const dom::array& written, const std::string& pointer) {
    std::vector<float> vector;
    vector.reserve(written.size());
    for (const dom::element element : written) {
        double number = 0;
        const bool is_number = element.get_double().get(number) == simdjson::SUCCESS;
        vector.push_back(static_cast<float>(number));
        if (!is_number || !std::isfinite(vector.back())) {
            return misfit(pointer + '/' + std::to_string(vector.size() - 1),
                          is_number ? "a number beyond float32" : "no number", "a finite float32");
        }
    }
    return vector;
}

Result<std::vector<float>> read_base64(std::string_view text, const std::string& pointer) {
    std::vector<std::byte> bytes(base64::decoded_size(text));
    if (const auto fault = base64::decode(text, bytes)) {
        return misfit(pointer, base64::describe(*fault, text), "base64");
    }
    if (bytes.size() % sizeof(float) != 0) {
        return misfit(pointer, std::to_string(bytes.size()) + " bytes", "float32, 4 bytes each");
    }
    std::vector<float> vector(bytes.size() / sizeof(float));
    if (!bytes.empty()) std::memcpy(vector.data(), bytes.data(), bytes.size());
    for (const float& number : vector) {
        if (!std::isfinite(number)) {
            return misfit(pointer + '/' + std::to_string(&number - vector.data()),
                          "NaN or infinity", "a finite float32");
        }
    }
    return vector;
}

Result<std::vector<float>> read_vector(const dom::element& written, const std::string& pointer) {
    dom::array array;
    if (written.get_array().get(array) == simdjson::SUCCESS) return read_digits(array, pointer);
    std::string_view text;
    if (written.get_string().get(text) == simdjson::SUCCESS) return read_base64(text, pointer);
    return misfit(pointer, "neither", "an array of numbers or base64");
}

// Gathers vectors by the text they are of.
class Gathered {
  public:
    explicit Gathered(std::size_t texts) : vectors_(texts) {}

    Result<void> take(std::size_t index, const dom::element& written, const std::string& pointer) {
        Result<std::vector<float>> vector = read_vector(written, pointer);
        if (!vector) return std::move(vector).error();
        if (vector->empty() || vector->size() > kRemoteDimensionMax) {
            return misfit(pointer, numbers(vector->size()),
                          "1.." + std::to_string(kRemoteDimensionMax));
        }
        if (dimension_ == 0) dimension_ = vector->size();
        if (vector->size() != dimension_) {
            return misfit(pointer, numbers(vector->size()),
                          std::to_string(dimension_) + ", as the first vector has");
        }
        vectors_[index] = std::move(*vector);
        return {};
    }
    bool has(std::size_t index) const { return !vectors_[index].empty(); }
    std::size_t texts() const { return vectors_.size(); }
    std::vector<std::vector<float>> release() { return std::move(vectors_); }

  private:
    std::vector<std::vector<float>> vectors_;
    std::size_t dimension_ = 0;
};

Result<dom::array> list_of(const dom::element& value, const std::string& pointer,
                           std::size_t texts) {
    dom::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS) {
        return misfit(pointer, "no array", texts_sent(texts));
    }
    if (list.size() != texts) {
        return misfit(pointer, std::to_string(list.size()) + " elements", texts_sent(texts));
    }
    return list;
}

Result<void> take_datum(const dom::element& datum, const std::string& pointer, Gathered& gathered) {
    std::uint64_t index = 0;
    const std::string range = "an integer 0.." + std::to_string(gathered.texts() - 1);
    if (datum["index"].get_uint64().get(index) != simdjson::SUCCESS) {
        return misfit(pointer + "/index", "none", range);
    }
    if (index >= gathered.texts()) {
        return misfit(pointer + "/index", std::to_string(index), range);
    }
    if (gathered.has(index)) {
        return misfit(pointer + "/index", std::to_string(index) + " again", "each index once");
    }
    dom::element embedding;
    if (datum["embedding"].get(embedding) != simdjson::SUCCESS) {
        return misfit(pointer + "/embedding", "none", "an array of numbers or base64");
    }
    return gathered.take(index, embedding, pointer + "/embedding");
}

std::size_t tokens_of(const dom::element& root) {
    std::uint64_t tokens = 0;
    const auto usage = root["usage"];
    if (usage["total_tokens"].get_uint64().get(tokens) == simdjson::SUCCESS) return tokens;
    if (usage["prompt_tokens"].get_uint64().get(tokens) == simdjson::SUCCESS) return tokens;
    return 0;
}

Result<EmbeddingAnswer> read_openai(const dom::element& root, std::size_t texts) {
    dom::element data;
    if (root["data"].get(data) != simdjson::SUCCESS) {
        return misfit("/data", "none", texts_sent(texts));
    }
    const Result<dom::array> list = list_of(data, "/data", texts);
    if (!list) return list.error();
    Gathered gathered(texts);
    std::size_t position = 0;
    for (const dom::element datum : *list) {
        const std::string pointer = "/data/" + std::to_string(position++);
        if (auto taken = take_datum(datum, pointer, gathered); !taken) return taken.error();
    }
    return EmbeddingAnswer{.vectors = gathered.release(), .tokens = tokens_of(root)};
}

Result<EmbeddingAnswer> read_tei(const dom::element& root, std::size_t texts) {
    const Result<dom::array> list = list_of(root, "answer", texts);
    if (!list) return list.error();
    Gathered gathered(texts);
    std::size_t index = 0;
    for (const dom::element vector : *list) {
        const std::string pointer = '/' + std::to_string(index);
        if (auto taken = gathered.take(index++, vector, pointer); !taken) return taken.error();
    }
    return EmbeddingAnswer{.vectors = gathered.release()};
}

}  // namespace

// The DOM and not On-Demand: it checks the whole text, and the fields may come in any order.
Result<EmbeddingAnswer> read_embedding_answer(EncoderApi api, const std::string& body,
                                              std::size_t texts) {
    dom::parser parser;
    dom::element root;
    if (const auto code = parser.parse(body).get(root)) {
        return misfit("answer", simdjson::error_message(code), "JSON");
    }
    return api == EncoderApi::tei ? read_tei(root, texts) : read_openai(root, texts);
}

}  // namespace qr
