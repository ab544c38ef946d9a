#include "server/dialects/kserve_body.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace qr::kserve {
namespace {

enum Field : std::size_t { kId, kParameters, kInputs, kOutputs };
constexpr std::array<std::string_view, 4> kFields = {"id", "parameters", "inputs", "outputs"};

enum OutputField : std::size_t { kOutputName, kOutputParameters };
constexpr std::array<std::string_view, 2> kOutputFields = {"name", "parameters"};
constexpr std::array<std::string_view, 1> kOutputParameterFields = {"binary_data"};

enum Parameter : std::size_t { kMethod, kTopN, kTopK, kPriority, kTimeout, kBinaryDataOutput };
constexpr std::array<std::string_view, 6> kParameterFields = {
    "method", "top_n", "top_k", "priority", "timeout", "binary_data_output"};

constexpr std::size_t kIdBytesMax = 256;
constexpr json::IntegerRange kTopNs = {0, std::numeric_limits<std::int32_t>::max()};
constexpr json::IntegerRange kPriorities = {0, std::numeric_limits<std::int64_t>::max()};
constexpr json::IntegerRange kTimeouts = {0, 600'000'000};  // microseconds; 0: the server's own
constexpr std::int64_t kPriorityLast = 999;

std::string method_names() {
    std::string names;
    for (const scoring::MethodInfo& method : scoring::kMethods)
        names += (names.empty() ? "" : ", ") + std::string(method.name);
    return names;
}

std::string slot_names(std::span<const Slot> slots) {
    std::string names;
    for (const Slot& slot : slots)
        names += (names.empty() ? "" : ", ") + std::string(slot.name);
    return names;
}

}  // namespace

BodyReader::BodyReader(const native::Parts& parts, BufferPool& buffers,
                       const native::ParseLimits& limits, const Model& model,
                       std::span<const Slot> slots)
    : reader_(parts.json),
      warnings_(limits.warnings_max),
      tensors_(parts.tensors),
      context_{reader_, warnings_, tensors_, buffers, limits},
      model_(model),
      slots_(slots),
      json_bytes_(parts.json.size()) {}

Result<Body> BodyReader::read() {
    const auto root = reader_.root();
    if (!root) return root.error();
    const json::Path whole;
    json::Fields fields(reader_, *root, whole, kFields, warnings_);
    const auto done =
        fields.each([this](std::size_t field, json::Value& value, const json::Path& path) {
            return read_field(field, value, path);
        });
    if (!done) return done.error();
    if (auto finished = finish(); !finished) return finished.error();
    return std::move(body_);
}

Result<void> BodyReader::read_field(std::size_t field, json::Value& value, const json::Path& path) {
    switch (field) {
        case kId:
            return read_id(value, path);
        case kParameters:
            return read_parameters(value, path);
        case kInputs:
            return read_inputs(value, path);
        default:
            return read_outputs(value, path);
    }
}

Result<void> BodyReader::read_id(json::Value& value, const json::Path& path) {
    const auto id = reader_.string(value, path, "a string");
    if (!id) return id.error();
    if (id->size() > kIdBytesMax) {
        return json::invalid_at(path, std::to_string(id->size()) + " bytes",
                                "at most " + std::to_string(kIdBytesMax) + " bytes");
    }
    id_ = std::string(*id);
    return {};
}

Result<void> BodyReader::read_inputs(json::Value& value, const json::Path& path) {
    auto list = reader_.array(value, path, "an array of inputs");
    if (!list) return list.error();
    for (auto element : *list) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return reader_.malformed(code);
        const json::Path here(path, body_.inputs.size());
        if (body_.inputs.size() == slots_.size()) {
            return json::invalid_at(path, "more than " + std::to_string(slots_.size()) + " inputs",
                                    slot_names(slots_));
        }
        auto input = InputReader(context_, slots_, json_bytes_).read(entry, here);
        if (!input) return input.error();
        for (const Input& earlier : body_.inputs) {
            if (earlier.slot != input->slot) continue;
            return json::invalid_at(here,
                                    "the input " + std::string(slots_[input->slot].name) + " again",
                                    "each of " + slot_names(slots_) + " once");
        }
        body_.inputs.push_back(*std::move(input));
    }
    return {};
}

Result<void> BodyReader::read_outputs(json::Value& value, const json::Path& path) {
    auto list = reader_.array(value, path, "an array of outputs");
    if (!list) return list.error();
    std::size_t index = 0;
    for (auto element : *list) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return reader_.malformed(code);
        if (auto read = read_output(entry, json::Path(path, index++)); !read) return read;
    }
    return {};
}

Result<void> BodyReader::read_output(json::Value& value, const json::Path& path) {
    auto object = reader_.object(value, path, "an object with a name");
    if (!object) return object.error();
    json::Fields fields(reader_, *object, path, kOutputFields, warnings_);
    std::optional<std::size_t> index;
    std::optional<bool> is_binary;
    const auto done = fields.each(
        [&](std::size_t field, json::Value& of, const json::Path& here) -> Result<void> {
            if (field != kOutputName) return read_output_parameters(of, here, is_binary);
            const auto found = read_output_name(of, here);
            if (!found) return found.error();
            index = *found;
            return {};
        });
    if (!done) return done;
    if (!index) return json::invalid_at(path, "no name", names_of(model_.outputs));
    wishes_.push_back({.index = *index, .is_binary = is_binary});
    return {};
}

Result<std::size_t> BodyReader::read_output_name(json::Value& value, const json::Path& path) {
    const std::string allowed = names_of(model_.outputs);
    const auto name = reader_.string(value, path, allowed);
    if (!name) return name.error();
    const auto found = std::ranges::find(model_.outputs, *name, &TensorInfo::name);
    if (found == model_.outputs.end()) {
        return json::invalid_at(path, '"' + json::excerpt(*name) + '"', allowed);
    }
    const auto index = static_cast<std::size_t>(found - model_.outputs.begin());
    if (std::ranges::find(wishes_, index, &Wish::index) == wishes_.end()) return index;
    return json::invalid_at(path, '"' + std::string(*name) + "\" again",
                            "each of " + allowed + " once");
}

Result<void> BodyReader::read_output_parameters(json::Value& value, const json::Path& path,
                                                std::optional<bool>& is_binary) {
    auto object = reader_.object(value, path, "an object");
    if (!object) return object.error();
    json::Fields fields(reader_, *object, path, kOutputParameterFields, warnings_);
    return fields.each([&](std::size_t, json::Value& of, const json::Path& here) -> Result<void> {
        const auto flag = reader_.boolean(of, here);
        if (!flag) return flag.error();
        is_binary = *flag;
        return {};
    });
}

Result<void> BodyReader::read_parameters(json::Value& value, const json::Path& path) {
    auto object = reader_.object(value, path, "an object");
    if (!object) return object.error();
    json::Fields fields(reader_, *object, path, kParameterFields, warnings_);
    return fields.each([this](std::size_t field, json::Value& of, const json::Path& here) {
        return read_parameter(field, of, here);
    });
}

Result<void> BodyReader::read_parameter(std::size_t field, json::Value& value,
                                        const json::Path& path) {
    if (field == kMethod) return read_method(value, path);
    if (field != kBinaryDataOutput) return read_number(field, value, path);
    const auto flag = reader_.boolean(value, path);
    if (!flag) return flag.error();
    is_binary_ = *flag;
    return {};
}

Result<void> BodyReader::read_method(json::Value& value, const json::Path& path) {
    const std::string allowed = method_names();
    const auto word = reader_.string(value, path, allowed);
    if (!word) return word.error();
    const scoring::MethodInfo* const method = scoring::find(*word);
    if (method == nullptr) {
        return json::invalid_at(path, '"' + json::excerpt(*word) + '"', allowed);
    }
    body_.options.method = method->method;
    return {};
}

// Triton's priorities: 0 the default, 1 the highest. Ours: 0 the default and the highest.
Result<void> BodyReader::read_number(std::size_t field, json::Value& value,
                                     const json::Path& path) {
    const json::IntegerRange range = field == kPriority  ? kPriorities
                                     : field == kTimeout ? kTimeouts
                                                         : kTopNs;
    const auto number = reader_.integer(value, path, range);
    if (!number) return number.error();
    Options& options = body_.options;
    if (field == kPriority) {
        const std::int64_t rank = std::max<std::int64_t>(*number - 1, 0);
        options.priority = static_cast<int>(std::min(rank, kPriorityLast));
    } else if (field == kTimeout) {
        const std::chrono::microseconds time(*number);
        if (*number > 0) options.timeout = std::chrono::ceil<std::chrono::milliseconds>(time);
    } else {
        options.top_n = static_cast<std::size_t>(*number);
    }
    return {};
}

Result<void> BodyReader::finish() {
    if (auto ended = reader_.finish(); !ended) return ended;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
        if (std::ranges::find(body_.inputs, slot, &Input::slot) != body_.inputs.end()) continue;
        const json::Path whole;
        return json::invalid_at(json::Path(whole, "inputs"), "no " + std::string(slots_[slot].name),
                                "each of " + slot_names(slots_) + " once");
    }
    if (auto ended = tensors_.finish(); !ended) return ended;
    auto ask = std::make_shared<Ask>();
    ask->model = &model_;
    ask->id = std::move(id_);
    ask->outputs = outputs();
    body_.ask = std::move(ask);
    return {};
}

// All of them where none is asked for.
std::vector<Ask::Output> BodyReader::outputs() const {
    std::vector<Ask::Output> all;
    for (const Wish& wish : wishes_)
        all.push_back({.index = wish.index, .is_binary = wish.is_binary.value_or(is_binary_)});
    if (!all.empty()) return all;
    for (std::size_t index = 0; index < model_.outputs.size(); ++index)
        all.push_back({.index = index, .is_binary = is_binary_});
    return all;
}

}  // namespace qr::kserve
