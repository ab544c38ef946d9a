// The body of an inference request as far as it is the same for every model: inputs, outputs,
// parameters, id.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/scoring/methods.h"
#include "server/dialects/kserve_inference.h"
#include "server/dialects/kserve_input.h"
#include "server/dialects/native_request.h"

namespace qr::kserve {

struct Options {
    scoring::Method method = scoring::Method::signed_fidelity;
    std::size_t top_n = 0;
    int priority = 0;
    std::optional<std::chrono::milliseconds> timeout;
};

struct Body {
    Options options;
    std::shared_ptr<const Ask> ask;
    std::vector<Input> inputs;  // as they are declared, one for each slot
};

class BodyReader {
  public:
    // `slots` must outlive this.
    BodyReader(const native::Parts& parts, BufferPool& buffers, const native::ParseLimits& limits,
               const Model& model, std::span<const Slot> slots);

    // Errors: `malformed`, `invalid`, `no_encoder`, each with its JSON pointer. Once.
    Result<Body> read();

  private:
    Result<void> read_field(std::size_t field, json::Value& value, const json::Path& path);
    Result<void> read_id(json::Value& value, const json::Path& path);
    Result<void> read_inputs(json::Value& value, const json::Path& path);
    Result<void> read_outputs(json::Value& value, const json::Path& path);
    Result<void> read_output(json::Value& value, const json::Path& path);
    Result<std::size_t> read_output_name(json::Value& value, const json::Path& path);
    Result<void> read_output_parameters(json::Value& value, const json::Path& path,
                                        std::optional<bool>& is_binary);
    Result<void> read_parameters(json::Value& value, const json::Path& path);
    Result<void> read_parameter(std::size_t field, json::Value& value, const json::Path& path);
    Result<void> read_method(json::Value& value, const json::Path& path);
    Result<void> read_number(std::size_t field, json::Value& value, const json::Path& path);
    Result<void> finish();
    std::vector<Ask::Output> outputs() const;

    // As one output is asked for, before anybody knows what holds for all.
    struct Wish {
        std::size_t index = 0;
        std::optional<bool> is_binary;
    };

    json::Reader reader_;
    json::Warnings warnings_;
    native::TensorTail tensors_;
    native::Context context_;
    const Model& model_;
    const std::span<const Slot> slots_;
    const std::size_t json_bytes_;
    Body body_;
    std::optional<std::string> id_;
    std::vector<Wish> wishes_;
    bool is_binary_ = false;  // where an output says nothing
};

}  // namespace qr::kserve
