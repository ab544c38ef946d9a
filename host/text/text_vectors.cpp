#include "host/text/text_vectors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "host/base/check.h"

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

// In eight lanes, then a tree: one order for every compiler.
double squared_norm(std::span<const float> vector) {
    constexpr std::size_t kLanes = 8;
    std::array<double, kLanes> lanes{};
    std::size_t i = 0;
    for (; i + kLanes <= vector.size(); i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += double{vector[i + lane]} * double{vector[i + lane]};
    }
    for (; i < vector.size(); ++i)
        lanes[i % kLanes] += double{vector[i]} * double{vector[i]};
    for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
        for (std::size_t lane = 0; lane < width; ++lane)
            lanes[lane] += lanes[lane + width];
    }
    return lanes[0];
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
    const double squares = squared_norm(vector);
    if (squares == 0) return false;
    if (model_.normalizes) {
        const double scale = 1 / std::sqrt(squares);
        for (float& number : vector)
            number = static_cast<float>(number * scale);
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
