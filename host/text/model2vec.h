// A Model2Vec model: a row of numbers for every token, from the files that PyPI's model2vec writes.
//
// Three layouts of a folder are read, as that library does: its own, that of sentence-transformers,
// and the latter with the numbers in 0_StaticEmbedding. The numbers stay as they lie in the file,
// be they float32, float16, bfloat16 or int8; only float64 is rounded to float32. All of them are
// checked once, so that no sum can overflow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/encoding/half.h"
#include "host/text/row_sum.h"
#include "host/text/tokenizer.h"

namespace qr {

struct ModelFiles {
    std::string name;  // of the model, unless its config has one
    std::string_view config;
    std::string_view tokenizer;
    std::string_view embeddings;
    std::string_view embeddings_tensor = "embeddings";
    std::shared_ptr<const void> keeps;  // what these lie in; null: they outlive everything
};

struct Model2Vec {
    static constexpr std::size_t kDimensionMax = 16384;
    static constexpr std::size_t kTokensMax = 512;         // of a text, where the config says none
    static constexpr std::size_t kTokensLimit = 1U << 20;  // what it may say
    static constexpr float kMagnitudeMax = 1e12F;          // of a number, of a weight

    std::string name;
    std::string digest;
    Tokenizer tokenizer;
    std::size_t dimension = 0;
    std::size_t tokens_max = kTokensMax;
    bool normalizes = false;
    Dtype dtype = Dtype::float32;
    std::vector<WeightedRow> rows;      // by token
    std::shared_ptr<const void> keeps;  // what the rows lie in
};

// Errors: `invalid`, naming the file and what in it does not fit.
Result<Model2Vec> load_model2vec(ModelFiles files);
// And `not_found` where the folder or one of its files is missing.
Result<ModelFiles> read_model_folder(const std::string& folder);

}  // namespace qr
