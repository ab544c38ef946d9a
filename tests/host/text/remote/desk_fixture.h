// Jobs for the tests of ledger and desk, and what became of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/text/remote/text_ledger.h"
#include "tests/host/text/remote/encoder_mailbox.h"

namespace qr::test {

// A vector that tells which text it is of.
inline SharedVector mark(float value) {
    return std::make_shared<const TextVector>(TextVector{.values = {value}, .tokens = 1});
}

// Keys are the texts themselves; none is known.
inline std::vector<AskedText> keys_of(const std::vector<std::string>& texts) {
    std::vector<AskedText> asked;
    for (const std::string& text : texts)
        asked.push_back({.key = text});
    return asked;
}

// Keeps mailboxes; jobs are named by one letter each, their first text's place in a test.
class Desks : public testing::Test {
  protected:
    static constexpr TimePoint kStart{std::chrono::seconds(1000)};

    EncoderJob job(const std::string& name, const std::vector<std::string>& texts,
                   std::optional<TimePoint> deadline = std::nullopt) {
        EncoderJob made = job_of(texts, boxes_[name], deadline);
        names_[made.texts.get()] = name;
        return made;
    }

    // "A" with its vectors' first numbers, or the code it failed with: "A: 1 2", "B: invalid".
    std::vector<std::string> told(std::vector<AnsweredJob> answers) {
        std::vector<std::string> lines;
        for (const AnsweredJob& answer : answers) {
            std::string line = names_.at(answer.job.texts.get()) + ':';
            if (!answer.result) {
                line += ' ' + std::string(to_string(answer.result.error().code));
                last_message_ = answer.result.error().message;
            } else {
                for (const SharedVector& vector : answer.result->vectors)
                    line += ' ' + std::to_string(static_cast<int>(vector->values.front()));
            }
            lines.push_back(line);
        }
        std::ranges::sort(lines);
        return lines;
    }

    std::map<std::string, EncoderMailbox> boxes_;
    std::map<const void*, std::string> names_;
    std::string last_message_;
};

}  // namespace qr::test
