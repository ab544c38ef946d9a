#include "server/dialects/kserve_models.h"

#include "host/base/misfit.h"

namespace qr::kserve {
namespace {

constexpr std::array<DatatypeInfo, 7> kDatatypes = {{
    {"BYTES", "TYPE_STRING", 0},
    {"INT8", "TYPE_INT8", 1},
    {"INT32", "TYPE_INT32", 4},
    {"FP16", "TYPE_FP16", 2},
    {"BF16", "TYPE_BF16", 2},
    {"FP32", "TYPE_FP32", 4},
    {"FP64", "TYPE_FP64", 8},
}};

constexpr std::array<int, 1> kList = {-1};
constexpr std::array<int, 2> kMatrix = {-1, -1};

// Vectors come in other datatypes, too, and as texts; metadata have room for one.
constexpr std::array<TensorInfo, 2> kSides = {{
    {"QUERY", Datatype::fp32, kMatrix},
    {"DOCUMENTS", Datatype::fp32, kMatrix},
}};
constexpr std::array<TensorInfo, 1> kText = {{{"TEXT", Datatype::bytes, kList}}};
constexpr std::array<TensorInfo, 2> kRanking = {{
    {"SCORES", Datatype::fp64, kMatrix},
    {"INDICES", Datatype::int32, kMatrix},
}};
constexpr std::array<TensorInfo, 1> kScores = {{{"SCORES", Datatype::fp64, kMatrix}}};
constexpr std::array<TensorInfo, 1> kEmbedding = {{{"EMBEDDING", Datatype::fp32, kMatrix}}};

constexpr std::array<Model, kModelCount> kModels = {{
    {ModelId::rerank, "rerank", kSides, kRanking},
    {ModelId::score, "score", kSides, kScores},
    {ModelId::embed, "embed", kText, kEmbedding},
}};

Error not_found(std::string_view what, std::string_view found, std::string allowed) {
    return misfit_error(Code::not_found, what, '\'' + std::string(found) + '\'',
                        std::move(allowed));
}

Error needs_encoder(std::string_view name) {
    return {.code = Code::no_encoder,
            .message = "model: found '" + std::string(name) +
                       "', which needs an encoder that turns texts into vectors, and this server "
                       "runs without one; allowed: set `encoder`, or the models rerank and score "
                       "with vectors",
            .found = '\'' + std::string(name) + '\'',
            .allowed = "rerank, score"};
}

}  // namespace

const DatatypeInfo& info(Datatype datatype) {
    return kDatatypes[static_cast<std::size_t>(datatype)];
}

std::optional<Datatype> find_datatype(std::string_view name) {
    for (std::size_t i = 0; i < kDatatypes.size(); ++i)
        if (kDatatypes[i].name == name) return static_cast<Datatype>(i);
    return std::nullopt;
}

const Model& model(ModelId id) {
    return kModels[static_cast<std::size_t>(id)];
}

std::span<const Model> models(bool has_encoder) {
    return std::span(kModels).first(has_encoder ? kModelCount : kModelCount - 1);
}

Result<const Model*> find_model(std::string_view name, std::optional<std::string_view> version,
                                bool has_encoder) {
    std::string allowed;
    for (const Model& candidate : kModels) {
        if (candidate.name != name) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(candidate.name);
            continue;
        }
        if (version && *version != kVersion) {
            return not_found("version", *version, std::string(kVersion));
        }
        if (candidate.id == ModelId::embed && !has_encoder) return needs_encoder(name);
        return &candidate;
    }
    return not_found("model", name, allowed);
}

std::string names_of(std::span<const TensorInfo> tensors) {
    std::string names;
    for (const TensorInfo& tensor : tensors)
        names += (names.empty() ? "" : ", ") + std::string(tensor.name);
    return names;
}

}  // namespace qr::kserve
