#include "perf/inputs/english.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include "embedded/LICENSE.h"
#include "embedded/config_json.h"
#include "embedded/model_safetensors.h"
#include "embedded/tokenizer_json.h"
#include "host/encoding/half.h"

namespace qr::perf {

std::vector<std::string> english_texts(std::size_t count, std::size_t bytes) {
    const std::string_view all = embedded::LICENSE;
    std::vector<std::string> texts;
    std::size_t at = 0;
    while (texts.size() < count) {
        if (at >= all.size()) at = 0;
        const std::size_t stop = std::min(all.find(' ', at + bytes), all.size());
        texts.emplace_back(all.substr(at, stop - at));
        at = stop;
    }
    return texts;
}

std::vector<std::string> accented_texts(std::size_t count, std::size_t bytes) {
    std::vector<std::string> texts;
    for (const std::string& plain : english_texts(count, bytes)) {
        std::string& accented = texts.emplace_back();
        for (const char letter : plain) {
            if (letter == 'e')
                accented += "é";
            else
                accented += letter;
        }
    }
    return texts;
}

Model2Vec embedded_model() {
    return load_model2vec({.name = "embedded",
                           .config = embedded::config_json(),
                           .tokenizer = embedded::tokenizer_json(),
                           .embeddings = embedded::model_safetensors()})
        .value();
}

std::vector<double> expected_vector(const Model2Vec& model, const std::string& text) {
    std::vector<std::uint32_t> ids;
    model.tokenizer.ids(text, model.tokens_max, ids);
    std::vector<double> vector(model.dimension);
    std::vector<float> row(model.dimension);
    const std::size_t bytes = model.dimension * info(model.dtype).width;
    for (const std::uint32_t id : ids) {
        if (id == model.tokenizer.unknown_id()) continue;
        widen(model.dtype, {model.rows[id].numbers, bytes}, row);
        for (std::size_t i = 0; i < row.size(); ++i)
            vector[i] += double{model.rows[id].weight} * double{row[i]};
    }
    double squares = 0;
    for (const double number : vector)
        squares += number * number;
    for (double& number : vector)
        number /= std::sqrt(squares);
    return vector;
}

}  // namespace qr::perf
