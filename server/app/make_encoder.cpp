#include "server/app/make_encoder.h"

#include "host/text/encoders.h"
#include "host/text/remote/remote_encoder.h"

namespace qr {
namespace {

EncoderApi api_of(std::string_view word) {
    if (word == "openai") return EncoderApi::openai;
    return word == "tei" ? EncoderApi::tei : EncoderApi::automatic;
}

RemoteEncoderOptions remote_options_of(const Config& config) {
    RemoteEncoderOptions options{.url = config.encoder,
                                 .api = api_of(config.encoder_api),
                                 .model = config.encoder_model,
                                 .query_prefix = config.encoder_query_prefix,
                                 .document_prefix = config.encoder_document_prefix,
                                 .dimensions = config.encoder_dimensions,
                                 .authorities_file = config.encoder_authorities_file,
                                 .timeout = config.encoder_timeout,
                                 .batch_max = config.encoder_batch_max,
                                 .connections_max = config.encoder_connections_max,
                                 .queue_max = config.encoder_queue_max,
                                 .cache_bytes_max = config.encoder_cache_bytes_max};
    if (!config.encoder_api_key.empty()) options.api_key = config.encoder_api_key.front();
    options.repeat.percent = config.encoder_retry_percent;
    return options;
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_encoder(const Config& config, const Clock& clock,
                                              BufferPool& buffers) {
    const std::string& encoder = config.encoder;
    const StaticEncoderOptions options{.threads = config.encoder_threads};
    if (encoder == "none") return std::unique_ptr<Encoder>();
    if (encoder == "embedded") return make_embedded_encoder(buffers, clock, options);
    if (encoder.starts_with('/')) return make_static_encoder(encoder, buffers, clock, options);
    auto remote = RemoteEncoder::make(remote_options_of(config), clock, buffers);
    if (!remote.ok()) return std::move(remote).error();
    return std::unique_ptr<Encoder>(*std::move(remote));
}

}  // namespace qr
