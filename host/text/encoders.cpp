#include "host/text/encoders.h"

#include <utility>

#include "embedded/config_json.h"
#include "embedded/model_safetensors.h"
#include "embedded/tokenizer_json.h"
#include "host/text/model2vec.h"
#include "host/text/text_vectors.h"

namespace qr {
namespace {

constexpr const char* kEmbeddedName = "all-MiniLM-L6-v2-static";

Result<std::unique_ptr<Encoder>> make_encoder(ModelFiles files, BufferPool& buffers,
                                              const Clock& clock,
                                              const StaticEncoderOptions& options) {
    Result<Model2Vec> model = load_model2vec(std::move(files));
    if (!model) return std::move(model).error();
    return std::unique_ptr<Encoder>(
        std::make_unique<StaticEncoder>(TextVectors(std::move(*model)), buffers, clock, options));
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_static_encoder(const std::string& folder, BufferPool& buffers,
                                                     const Clock& clock,
                                                     const StaticEncoderOptions& options) {
    Result<ModelFiles> files = read_model_folder(folder);
    if (!files) return std::move(files).error();
    return make_encoder(std::move(*files), buffers, clock, options);
}

Result<std::unique_ptr<Encoder>> make_embedded_encoder(BufferPool& buffers, const Clock& clock,
                                                       const StaticEncoderOptions& options) {
    return make_encoder({.name = kEmbeddedName,
                         .config = embedded::config_json(),
                         .tokenizer = embedded::tokenizer_json(),
                         .embeddings = embedded::model_safetensors()},
                        buffers, clock, options);
}

}  // namespace qr
