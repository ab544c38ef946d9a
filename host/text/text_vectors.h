// The vector of a text by a Model2Vec model: the mean of its tokens' rows, known ones alone.
//
// A vector depends on its text and the model, to the bit: not on other texts, on the instruction
// set or on the thread. A text that has no known token, or whose rows cancel, gets the row of the
// unknown token, or equal components where that is zero: it says nothing, and can be scored.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "host/base/cpu_features.h"
#include "host/text/model2vec.h"

namespace qr {

class TextVectors {
  public:
    explicit TextVectors(Model2Vec model, InstructionSet set = best_instruction_set());

    struct Written {
        std::size_t tokens = 0;
        bool is_known = false;
    };
    // `vector` has model().dimension numbers. Any number of threads may call this at once.
    Written write(std::string_view text, std::span<float> vector) const;

    const Model2Vec& model() const { return model_; }

  private:
    bool finish(std::size_t rows, std::span<float> vector) const;
    std::vector<float> make_neutral() const;

    Model2Vec model_;
    InstructionSet set_;
    std::vector<float> neutral_;
};

}  // namespace qr
