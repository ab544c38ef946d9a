#include "server/app/make_encoder.h"

#include "host/text/encoders.h"

namespace qr {
namespace {

// The path is absolute, so what does not begin with a slash is a URL.
bool is_folder(std::string_view encoder) {
    return encoder.starts_with('/');
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_encoder(const Config& config, const Clock& clock,
                                              BufferPool& buffers) {
    const StaticEncoderOptions options{.threads = config.encoder_threads};
    if (config.encoder == "none") return std::unique_ptr<Encoder>();
    if (config.encoder == "embedded") return make_embedded_encoder(buffers, clock, options);
    if (is_folder(config.encoder)) {
        return make_static_encoder(config.encoder, buffers, clock, options);
    }
    return std::unique_ptr<Encoder>();
}

}  // namespace qr
