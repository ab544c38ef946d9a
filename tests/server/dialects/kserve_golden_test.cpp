// Inference requests and answers as files, byte for byte.
//
// golden/kserve/<model>.<case>.request.json and, where there are tensors, their bytes in
// <...>.request.hex; the answer likewise. As in dialects_golden_test.cpp scores are 1, 1/2, 1/4...
// in request order, a text's vector is (1, 1), and an error stands behind its status.
// rerank.tritonclient is what tritonclient 2.73.0 sends for one input, to the byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <vector>

#include "golden_files.h"
#include "host/rerank/text_rows.h"
#include "kserve_payloads.h"
#include "server/dialects/kserve_inference.h"

namespace qr::kserve {
namespace {

using dialects::Answer;
using dialects::Dialect;

std::string bytes_of_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        int byte = 0;
        const auto [end, code] = std::from_chars(&hex[at], &hex[at] + 2, byte, 16);
        EXPECT_EQ(code, std::errc());
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

std::string hex_of(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const char byte : bytes) {
        hex += kDigits[static_cast<unsigned char>(byte) / 16];
        hex += kDigits[static_cast<unsigned char>(byte) % 16];
    }
    return hex;
}

Answer refuse(const Error& error) {
    return {.body = std::to_string(dialects::status_of(Dialect::kserve, error)) + '\n' +
                    dialects::print_error(Dialect::kserve, error, "golden")};
}

EncodedTexts encoded(std::size_t texts) {
    EncodedTexts made{.rows = Buffer(texts * 2 * sizeof(float)), .dimension = 2};
    std::fill_n(reinterpret_cast<float*>(made.rows.data()), texts * 2, 1.0F);
    return made;
}

Answer scored(native::Payload payload, ModelId id) {
    auto reading = read_inference(std::move(payload), native::test_buffers(), with_texts(), id);
    if (!reading.request) return refuse(reading.request.error());
    RerankRequest request = *std::move(reading.request);
    if (!request.texts.is_empty()) {
        EncodedTexts texts = encoded(encoder_inputs(request).size());
        const auto placed = place_vectors(request, std::move(texts), native::test_buffers());
        if (!placed.ok()) return refuse(placed.error());
    }
    std::vector<double> scores(request.vectors.queries.rows * request.vectors.documents.rows, 1);
    for (std::size_t i = 1; i < scores.size(); ++i)
        scores[i] = scores[i - 1] / 2;
    return reading.form->print(request, scores, {.id = "golden", .backend = "cpu"});
}

Answer embedded(const native::Payload& payload) {
    const auto request = kEmbed.parse(payload, with_texts());
    if (!request) return refuse(request.error());
    const EncodedTexts texts = encoded(request->texts.size());
    const MatrixView view{reinterpret_cast<const float*>(texts.rows.data()), request->texts.size(),
                          texts.dimension};
    return kEmbed.print(*request, view, {.id = "golden", .backend = {}});
}

Answer answer(const std::string& name, const std::string& json, const std::string& tensors) {
    auto payload =
        tensors.empty() ? native::payload_of(json) : native::binary_payload(json, tensors);
    const std::string model_name = name.substr(0, name.find('.'));
    const auto model = find_model(model_name, std::nullopt, true);
    EXPECT_TRUE(model.ok()) << name;
    if ((*model)->id == ModelId::embed) return embedded(payload);
    return scored(std::move(payload), (*model)->id);
}

class Kserve : public testing::Test {
  protected:
    // The file's bytes, or nothing where there is none.
    std::string hex(const std::string& name) const {
        return files_.has(name) ? files_.read(name) : "";
    }

    golden::Files files_{"kserve"};
};

TEST_F(Kserve, AnswersEveryRequestAsItsFilesSay) {
    const std::vector<std::string> names = files_.names();
    ASSERT_GE(names.size(), 30U);
    for (const std::string& name : names) {
        const Answer found = answer(name, files_.read(name + ".request.json"),
                                    bytes_of_hex(hex(name + ".request.hex")));
        const std::size_t json_bytes = found.json_bytes == 0 ? found.body.size() : found.json_bytes;
        EXPECT_EQ(found.body.substr(0, json_bytes), files_.read(name + ".answer.json")) << name;
        EXPECT_EQ(hex_of(found.body.substr(json_bytes)), hex(name + ".answer.hex")) << name;
    }
}

TEST_F(Kserve, TheClientsOwnBytesAreAmongTheFiles) {
    const std::string json = files_.read("rerank.tritonclient.request.json");
    const std::string tensors = bytes_of_hex(files_.read("rerank.tritonclient.request.hex"));
    EXPECT_EQ(139U, json.size());
    EXPECT_EQ(155U, json.size() + tensors.size());
}

}  // namespace
}  // namespace qr::kserve
