// An encoder whose vectors a test can foresee: how many 'a' a text has, how many 'b', and 1.
//
// It answers at once, or holds every job until the test lets it go.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host/text/encoder.h"

namespace qr::test {

class StandInEncoder final : public Encoder {
  public:
    enum class Mode { at_once, held };
    static constexpr std::size_t kDimension = 3;

    explicit StandInEncoder(Mode mode = Mode::at_once) : mode_(mode) {}

    EncoderInfo info() const override {
        return {.name = "stand-in",
                .kind = "static",
                .dimension = kDimension,
                .tokens_max = 512,
                .digest = "0123"};
    }

    void encode(EncoderJob job) override {
        if (mode_ == Mode::at_once) return answer(job);
        const std::lock_guard lock(mutex_);
        held_.push_back(std::move(job));
    }

    // The jobs that wait, for the test to answer; answer() does it as usual.
    std::vector<EncoderJob> take_held() {
        const std::lock_guard lock(mutex_);
        return std::exchange(held_, {});
    }

    static void answer(EncoderJob& job) {
        EncodedTexts made{.rows = Buffer(job.inputs.size() * kDimension * sizeof(float)),
                          .dimension = kDimension};
        auto* out = reinterpret_cast<float*>(made.rows.data());
        for (std::size_t i = 0; i < job.inputs.size(); ++i) {
            const std::string_view text = job.inputs[i].text;
            *out++ = static_cast<float>(std::ranges::count(text, 'a'));
            *out++ = static_cast<float>(std::ranges::count(text, 'b'));
            *out++ = 1;
            made.tokens += text.size();
            if (text.empty()) made.unknown.push_back(i);
        }
        job.reply.deliver(std::move(made));
    }

  private:
    const Mode mode_;
    std::mutex mutex_;
    std::vector<EncoderJob> held_;
};

}  // namespace qr::test
