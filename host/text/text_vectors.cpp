#include "host/text/text_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "host/base/check.h"
#include "host/text/norm.h"

namespace qr {
namespace {

// Kept by each thread, so that no text allocates.
struct Scratch {
    std::vector<std::uint32_t> ids;
    std::vector<WeightedRow> rows;
};

Scratch& scratch() {
    thread_local Scratch mine;
    return mine;
}

}  // namespace

TextVectors::TextVectors(Model2Vec model, InstructionSet set)
    : model_(std::move(model)), set_(set), neutral_(make_neutral()) {}

std::vector<float> TextVectors::make_neutral() const {
    std::vector<float> vector(model_.dimension);
    const WeightedRow& unknown = model_.rows[model_.tokenizer.unknown_id()];
    sum_rows(set_, model_.dtype, std::span(&unknown, 1), vector);
    if (finish(1, vector)) return vector;
    const double equal = 1 / std::sqrt(static_cast<double>(vector.size()));
    std::ranges::fill(vector, static_cast<float>(equal));
    return vector;
}

// A sum of so many rows becomes their vector. False: there is nothing in it.
bool TextVectors::finish(std::size_t rows, std::span<float> vector) const {
    const double squares = squared_norm(set_, vector);
    if (squares == 0) return false;
    if (model_.normalizes) {
        scale(set_, vector, 1 / std::sqrt(squares));
    } else {
        const auto count = static_cast<float>(rows);
        for (float& number : vector)
            number /= count;
    }
    return true;
}

TextVectors::Written TextVectors::write(std::string_view text, std::span<float> vector) const {
    QR_CHECK(vector.size() == model_.dimension);
    Scratch& mine = scratch();
    mine.ids.clear();
    mine.rows.clear();
    model_.tokenizer.ids(text, model_.tokens_max, mine.ids);
    for (const std::uint32_t id : mine.ids) {
        if (id != model_.tokenizer.unknown_id()) mine.rows.push_back(model_.rows[id]);
    }
    sum_rows(set_, model_.dtype, mine.rows, vector);
    const bool is_known = !mine.rows.empty() && finish(mine.rows.size(), vector);
    if (!is_known) std::ranges::copy(neutral_, vector.begin());
    return {.tokens = mine.ids.size(), .is_known = is_known};
}

}  // namespace qr
