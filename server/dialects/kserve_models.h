// The models that the server shows over KServe v2: their names, what they take and what they give.
// Source: https://github.com/kserve/open-inference-protocol,
// https://github.com/triton-inference-server/server/tree/main/docs/protocol
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/base/error.h"

namespace qr::kserve {

enum class Datatype : std::uint8_t { bytes, int8, int32, fp16, bf16, fp32, fp64 };

struct DatatypeInfo {
    std::string_view name;
    std::string_view config_name;  // in a model's configuration
    std::size_t width;             // bytes of one number; 0: each element says its own
};
const DatatypeInfo& info(Datatype datatype);
std::optional<Datatype> find_datatype(std::string_view name);

// A tensor as metadata show it. -1: any size.
struct TensorInfo {
    std::string_view name;
    Datatype datatype;
    std::span<const int> shape;
};

// Its number, in every table that has one entry a model.
enum class ModelId : std::uint8_t { rerank, score, embed };
inline constexpr std::size_t kModelCount = 3;

struct Model {
    ModelId id;
    std::string_view name;
    std::span<const TensorInfo> inputs;
    std::span<const TensorInfo> outputs;
};

inline constexpr std::string_view kPlatform = "quantumrerank";
inline constexpr std::string_view kVersion = "1";  // of every model

const Model& model(ModelId id);
// Those that can be asked: without an encoder there is no `embed`.
std::span<const Model> models(bool has_encoder);
// Errors: `not_found`; `no_encoder` for what needs one. An absent version is any.
Result<const Model*> find_model(std::string_view name, std::optional<std::string_view> version,
                                bool has_encoder);

// "A, B" and so on: the names of such tensors, for messages.
std::string names_of(std::span<const TensorInfo> tensors);

}  // namespace qr::kserve
