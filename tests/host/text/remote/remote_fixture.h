// A remote encoder before a stand-in service.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "host/text/encode_now.h"
#include "host/text/remote/remote_encoder.h"
#include "tests/host/text/remote/encoder_mailbox.h"
#include "tests/support/embedding_service_stand_in.h"

namespace qr::test {

class Remote : public testing::Test {
  protected:
    using Form = EmbeddingServiceStandIn::Form;
    using Deed = EmbeddingServiceStandIn::Deed;

    Remote() {
        ::setenv("no_proxy", "127.0.0.1", 1);
        options_.api = EncoderApi::openai;
        options_.repeat.backoff = std::chrono::milliseconds(1);
        options_.connections_max = 1;
    }

    void start(Form form = Form::base64) {
        service_ = std::make_unique<EmbeddingServiceStandIn>(form);
        start_encoder(service_->url());
    }
    void start_encoder(const std::string& url) {
        options_.url = url;
        auto made = RemoteEncoder::make(options_, clock_, buffers_);
        ASSERT_TRUE(made.ok()) << made.error().message;
        encoder_ = std::move(*made);
    }

    Result<EncodedTexts> encode(const std::vector<std::string>& texts) {
        std::vector<EncoderInput> inputs;
        for (const std::string& text : texts)
            inputs.push_back({.text = text});
        return encode_now(*encoder_, std::move(inputs));
    }
    static void expect_vectors(const Result<EncodedTexts>& found,
                               const std::vector<std::string>& texts) {
        ASSERT_TRUE(found.ok()) << found.error().message;
        std::vector<float> expected;
        for (const std::string& text : texts) {
            for (const float value : EmbeddingServiceStandIn::vector_of(text))
                expected.push_back(value);
        }
        const auto* const rows = reinterpret_cast<const float*>(found->rows.data());
        EXPECT_EQ(std::vector<float>(rows, rows + texts.size() * found->dimension), expected);
    }
    std::uint64_t failures(FailureKind kind) const {
        return encoder_->figures().failures[static_cast<std::size_t>(kind)];
    }

    SteadyClock clock_;
    BufferPool buffers_{1 << 20};
    RemoteEncoderOptions options_;
    std::unique_ptr<EmbeddingServiceStandIn> service_;
    std::unique_ptr<RemoteEncoder> encoder_;
};

}  // namespace qr::test
