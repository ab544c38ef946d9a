#include "server/dialects/kserve_metadata.h"

#include <array>
#include <utility>

#include "host/base/misfit.h"
#include "server/dialects/embedding.h"
#include "server/json/writer.h"

namespace qr::kserve {
namespace {

constexpr std::array<std::string_view, 3> kExtensions = {"binary_tensor_data", "statistics",
                                                         "model_repository"};
constexpr std::array<std::string_view, 1> kIndexFields = {"ready"};

void print_shape(json::Writer& out, std::string_view name, std::span<const int> shape) {
    out.key(name);
    out.begin_array();
    for (const int size : shape)
        out.integer(size);
    out.end_array();
}

// Metadata and configuration say the same in other words.
struct TensorWords {
    std::string_view datatype;
    std::string_view shape;
    std::string_view DatatypeInfo::*name;
};
constexpr TensorWords kMetadataWords = {"datatype", "shape", &DatatypeInfo::name};
constexpr TensorWords kConfigWords = {"data_type", "dims", &DatatypeInfo::config_name};

void print_tensors(json::Writer& out, std::string_view name, std::span<const TensorInfo> tensors,
                   const TensorWords& words) {
    out.key(name);
    out.begin_array();
    for (const TensorInfo& tensor : tensors) {
        out.begin_object();
        out.field("name", tensor.name);
        out.field(words.datatype, info(tensor.datatype).*words.name);
        print_shape(out, words.shape, tensor.shape);
        out.end_object();
    }
    out.end_array();
}

void print_versions(json::Writer& out) {
    out.key("versions");
    out.begin_array();
    out.string(kVersion);
    out.end_array();
}

void print_integer(json::Writer& out, std::string_view name, std::integral auto value) {
    out.key(name);
    out.integer(value);
}

void print_figure(json::Writer& out, std::string_view name, const ModelStatistics::Figure& figure) {
    out.key(name);
    out.begin_object();
    print_integer(out, "count", figure.count);
    print_integer(out, "ns", figure.nanoseconds);
    out.end_object();
}

void print_stages(json::Writer& out, const ModelStatistics::Figures& figures) {
    print_figure(out, "compute_input", figures.input);
    print_figure(out, "compute_infer", figures.compute);
    print_figure(out, "compute_output", figures.output);
}

// Clients read every member unasked: those that cannot happen here are zero.
void print_model_statistics(json::Writer& out, const Model& model,
                            const ModelStatistics::Figures& figures) {
    out.begin_object();
    out.field("name", model.name);
    out.field("version", kVersion);
    print_integer(out, "last_inference", figures.last_ms);
    print_integer(out, "inference_count", figures.success.count);
    print_integer(out, "execution_count", figures.success.count);
    out.key("inference_stats");
    out.begin_object();
    print_figure(out, "success", figures.success);
    print_figure(out, "fail", figures.fail);
    print_figure(out, "queue", figures.queue);
    print_stages(out, figures);
    print_figure(out, "cache_hit", {});
    print_figure(out, "cache_miss", {});
    out.end_object();
    out.key("batch_stats");
    out.begin_array();
    if (figures.success.count > 0) {
        out.begin_object();
        print_integer(out, "batch_size", 1);
        print_stages(out, figures);
        out.end_object();
    }
    out.end_array();
    out.end_object();
}

Result<bool> read_ready(json::Reader& reader) {
    json::Warnings ignored(0);
    bool is_wanted = false;
    const auto read = dialects::read_body(
        reader, kIndexFields, ignored,
        [&](std::size_t, json::Value& value, const json::Path& path) -> Result<void> {
            const auto flag = reader.boolean(value, path);
            if (!flag) return flag.error();
            is_wanted = *flag;
            return {};
        });
    if (!read) return read.error();
    return is_wanted;
}

constexpr std::string_view kUnloaded = "unloaded";

std::string_view state_of(CollectionState state) {
    switch (state) {
        case CollectionState::ready:
            return "READY";
        case CollectionState::loading:
            return "LOADING";
        case CollectionState::unloaded:
        case CollectionState::failed:
            break;
    }
    return "UNAVAILABLE";
}

void print_entry(json::Writer& out, std::string_view name, std::string_view state,
                 std::string_view reason) {
    out.begin_object();
    out.field("name", name);
    out.field("version", kVersion);
    out.field("state", state);
    out.field("reason", reason);
    out.end_object();
}

}  // namespace

std::string print_server(std::string_view version) {
    json::Writer out;
    out.begin_object();
    out.field("name", kPlatform);
    out.field("version", version);
    out.key("extensions");
    out.begin_array();
    for (const std::string_view extension : kExtensions)
        out.string(extension);
    out.end_array();
    out.end_object();
    return std::move(out).take();
}

std::string print_model(const Model& model) {
    json::Writer out;
    out.begin_object();
    out.field("name", model.name);
    print_versions(out);
    out.field("platform", kPlatform);
    print_tensors(out, "inputs", model.inputs, kMetadataWords);
    print_tensors(out, "outputs", model.outputs, kMetadataWords);
    out.end_object();
    return std::move(out).take();
}

// No model_transaction_policy: perf_analyzer takes its presence for a model that streams.
std::string print_config(const Model& model) {
    json::Writer out;
    out.begin_object();
    out.field("name", model.name);
    out.field("platform", kPlatform);
    out.field("backend", kPlatform);
    out.key("version_policy");
    out.begin_object();
    out.key("latest");
    out.begin_object();
    print_integer(out, "num_versions", 1);
    out.end_object();
    out.end_object();
    print_integer(out, "max_batch_size", 0);
    print_tensors(out, "input", model.inputs, kConfigWords);
    print_tensors(out, "output", model.outputs, kConfigWords);
    out.end_object();
    return std::move(out).take();
}

std::string print_statistics(std::span<const ModelFigures> models) {
    json::Writer out;
    out.begin_object();
    out.key("model_stats");
    out.begin_array();
    for (const ModelFigures& entry : models)
        print_model_statistics(out, *entry.model, entry.figures);
    out.end_array();
    out.end_object();
    return std::move(out).take();
}

Result<bool> wants_ready_alone(const native::Payload& payload) {
    const std::string_view body = dialects::json_of(payload);
    if (body.empty()) return false;
    json::Reader reader(body);
    return read_ready(reader);
}

std::string print_index(std::span<const Model> models, std::string_view why_not,
                        std::span<const CollectionInfo> collections) {
    json::Writer out;
    out.begin_array();
    for (const Model& model : models)
        print_entry(out, model.name, why_not.empty() ? "READY" : "UNAVAILABLE", why_not);
    for (const CollectionInfo& info : collections) {
        const bool is_unloaded = info.state == CollectionState::unloaded;
        print_entry(out, info.name, state_of(info.state), is_unloaded ? kUnloaded : info.why);
    }
    out.end_array();
    return std::move(out).take();
}

Error is_built_in(std::string_view model, std::string_view action) {
    const std::string found = std::string(action) + " of the model '" + std::string(model) + '\'';
    return {.code = Code::invalid,
            .message = misfit_text("repository", found,
                                   "POST /v2/repository/index (the models are built in, they are "
                                   "neither loaded nor unloaded)"),
            .found = found,
            .allowed = "POST /v2/repository/index"};
}

}  // namespace qr::kserve
