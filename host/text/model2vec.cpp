#include "host/text/model2vec.h"

#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "host/base/misfit.h"
#include "host/encoding/digest.h"
#include "host/encoding/json_fields.h"
#include "host/encoding/safetensors.h"

namespace qr {
namespace {

constexpr std::string_view kFile = "model.safetensors";

using Bytes = std::span<const std::byte>;

Error misfit(std::string_view tensor, const std::string& found, const std::string& allowed) {
    const std::string pointer = "/" + std::string(tensor);
    Error error = misfit_error(Code::invalid, std::string(kFile) + ": " + pointer, found, allowed);
    error.pointer = pointer;
    return error;
}

std::string describe(const Tensor& tensor) {
    std::string text = std::string(info(tensor.type).name) + " [";
    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(tensor.shape[i]);
    return text + "]";
}

std::optional<Dtype> dtype_of(TensorType type) {
    switch (type) {
        case TensorType::float32:
            return Dtype::float32;
        case TensorType::float16:
            return Dtype::float16;
        case TensorType::bfloat16:
            return Dtype::bfloat16;
        case TensorType::int8:
            return Dtype::int8;
        case TensorType::float64:
        case TensorType::int64:
        case TensorType::uint64:
        case TensorType::int32:
            break;
    }
    return std::nullopt;
}

template <class Number>
requires std::is_arithmetic_v<Number> Number number_at(Bytes bytes, std::size_t index) {
    Number number{};
    std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
    return number;
}

std::vector<float> round_doubles(const Tensor& tensor) {
    std::vector<float> rounded(tensor.count());
    for (std::size_t i = 0; i < rounded.size(); ++i)
        rounded[i] = static_cast<float>(number_at<double>(tensor.bytes, i));
    return rounded;
}

// Widened, whatever the type; nothing for whole numbers of more than eight bits.
std::optional<std::vector<float>> widen_tensor(const Tensor& tensor) {
    if (tensor.type == TensorType::float64) return round_doubles(tensor);
    const std::optional<Dtype> dtype = dtype_of(tensor.type);
    if (!dtype.has_value()) return std::nullopt;
    std::vector<float> widened(tensor.count());
    widen(*dtype, tensor.bytes, widened);
    return widened;
}

bool are_moderate(std::span<const float> numbers) {
    // A NaN is not below anything.
    for (const float number : numbers) {
        if (!(std::abs(number) <= Model2Vec::kMagnitudeMax)) return false;
    }
    return true;
}

class Loader {
  public:
    explicit Loader(ModelFiles files) : files_(std::move(files)) {}

    Result<Model2Vec> load() {
        Result<Tokenizer> tokenizer = Tokenizer::load(files_.tokenizer);
        if (!tokenizer) return std::move(tokenizer).error();
        Model2Vec model{.name = files_.name, .tokenizer = std::move(*tokenizer)};
        if (Result<void> read = read_config(model); !read) return std::move(read).error();
        const Result<Safetensors> file =
            Safetensors::parse(std::as_bytes(std::span(files_.embeddings)), kFile);
        if (!file) return file.error();
        if (Result<void> read = read_table(*file, model); !read) return std::move(read).error();
        if (Result<void> read = read_mapping(*file, model); !read) return std::move(read).error();
        if (Result<void> read = read_weights(*file, model); !read) return std::move(read).error();
        model.digest =
            sha256_of_parts(std::array{files_.config, files_.tokenizer, files_.embeddings});
        return model;
    }

  private:
    Result<void> read_config(Model2Vec& model) {
        const Result<nlohmann::json> parsed = parse_json(files_.config, "config.json");
        if (!parsed) return parsed.error();
        JsonFault fault{.file = "config.json", .first = {}};
        const JsonFields config(*parsed, "", fault);
        if (config.has("name")) model.name = config.at("name").text();
        if (config.has("normalize")) model.normalizes = config.at("normalize").flag();
        if (config.has("max_length"))
            model.tokens_max = config.at("max_length").number(1, Model2Vec::kTokensLimit);
        if (fault.first.has_value()) return *std::move(fault.first);
        return {};
    }

    Result<void> read_table(const Safetensors& file, Model2Vec& model) {
        const std::string_view name = files_.embeddings_tensor;
        const Tensor* const tensor = file.find(name);
        if (tensor == nullptr) return misfit(name, "nothing", "the rows of the tokens");
        const std::optional<Dtype> dtype = dtype_of(tensor->type);
        const bool is_double = tensor->type == TensorType::float64;
        const bool is_table = tensor->shape.size() == 2 && tensor->shape[0] > 0 &&
                              tensor->shape[1] > 0 && tensor->shape[1] <= Model2Vec::kDimensionMax;
        if (!is_table || (!dtype.has_value() && !is_double))
            return misfit(name, describe(*tensor),
                          "F64, F32, F16, BF16 or I8 [rows, 1 to " +
                              std::to_string(Model2Vec::kDimensionMax) + "]");
        rows_ = tensor->shape[0];
        model.dimension = tensor->shape[1];
        model.dtype = dtype.value_or(Dtype::float32);
        model.keeps = files_.keeps;
        table_ = tensor->bytes;
        if (is_double) {
            const auto rounded = std::make_shared<const std::vector<float>>(round_doubles(*tensor));
            table_ = std::as_bytes(std::span(*rounded));
            model.keeps = rounded;
        }
        return check_numbers(name, model);
    }

    Result<void> check_numbers(std::string_view name, const Model2Vec& model) const {
        std::vector<float> numbers(model.dimension);
        const std::size_t stride = stride_of(model);
        for (std::size_t row = 0; row < rows_; ++row) {
            widen(model.dtype, table_.subspan(row * stride, stride), numbers);
            if (!are_moderate(numbers))
                return misfit(name, "a number in row " + std::to_string(row) + " that is not",
                              "magnitudes up to 1e12");
        }
        return {};
    }

    static std::size_t stride_of(const Model2Vec& model) {
        return model.dimension * info(model.dtype).width;
    }

    // Which row is whose; without a mapping they are the tokens' own.
    Result<void> read_mapping(const Safetensors& file, Model2Vec& model) {
        const std::size_t tokens = model.tokenizer.vocabulary_size();
        const Tensor* const mapping = file.find("mapping");
        if (mapping == nullptr && rows_ != tokens)
            return misfit(files_.embeddings_tensor, std::to_string(rows_) + " rows",
                          std::to_string(tokens) + ", as many as tokens, or a mapping");
        const bool is_whole = mapping == nullptr || mapping->type == TensorType::int64 ||
                              mapping->type == TensorType::int32;
        if (!is_whole || (mapping != nullptr && mapping->count() != tokens))
            return misfit("mapping", describe(*mapping),
                          "I64 or I32 [" + std::to_string(tokens) + "]");
        model.rows.resize(tokens);
        for (std::size_t token = 0; token < tokens; ++token) {
            const auto row =
                mapping == nullptr ? static_cast<std::int64_t>(token) : row_at(*mapping, token);
            if (row < 0 || static_cast<std::size_t>(row) >= rows_)
                return misfit("mapping", "the row " + std::to_string(row),
                              "0 to " + std::to_string(rows_ - 1));
            model.rows[token].numbers =
                table_.data() + static_cast<std::size_t>(row) * stride_of(model);
        }
        return {};
    }

    static std::int64_t row_at(const Tensor& mapping, std::size_t token) {
        return mapping.type == TensorType::int64 ? number_at<std::int64_t>(mapping.bytes, token)
                                                 : number_at<std::int32_t>(mapping.bytes, token);
    }

    Result<void> read_weights(const Safetensors& file, Model2Vec& model) {
        const Tensor* const tensor = file.find("weights");
        if (tensor == nullptr) return {};
        const std::optional<std::vector<float>> weights = widen_tensor(*tensor);
        if (!weights.has_value() || weights->size() != model.rows.size())
            return misfit("weights", describe(*tensor),
                          "F64, F32, F16 or BF16 [" + std::to_string(model.rows.size()) + "]");
        if (!are_moderate(*weights))
            return misfit("weights", "a number that is not", "magnitudes up to 1e12");
        for (std::size_t token = 0; token < weights->size(); ++token)
            model.rows[token].weight = (*weights)[token];
        return {};
    }

    ModelFiles files_;
    std::size_t rows_ = 0;
    Bytes table_;
};

}  // namespace

Result<Model2Vec> load_model2vec(ModelFiles files) {
    return Loader(std::move(files)).load();
}

}  // namespace qr
