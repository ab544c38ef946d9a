#include "host/text/encoders.h"

#include <utility>

#include "host/text/model2vec.h"
#include "host/text/text_vectors.h"

namespace qr {
namespace {

Result<std::unique_ptr<Encoder>> make_encoder(ModelFiles files, BufferPool& buffers,
                                              const Clock& clock,
                                              const StaticEncoderOptions& options) {
    Result<Model2Vec> model = load_model2vec(std::move(files));
    if (!model) return std::move(model).error();
    return std::unique_ptr<Encoder>(std::make_unique<StaticEncoder>(
        TextVectors(std::move(*model)), buffers, clock, options));
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_static_encoder(const std::string& folder,
                                                     BufferPool& buffers, const Clock& clock,
                                                     const StaticEncoderOptions& options) {
    Result<ModelFiles> files = read_model_folder(folder);
    if (!files) return std::move(files).error();
    return make_encoder(std::move(*files), buffers, clock, options);
}

}  // namespace qr
