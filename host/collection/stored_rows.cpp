#include "host/collection/stored_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "host/base/misfit.h"

namespace qr {
namespace {

Error refused(const std::string& pointer, const std::string& found, const std::string& allowed) {
    return misfit_at(Code::invalid, pointer, found, allowed);
}

// A squared norm in double is NaN or infinite exactly where a component is, and zero exactly for
// the zero vector.
double squared_norm(std::span<const float> row) {
    constexpr std::size_t kSums = 8;  // side by side: one alone waits for itself
    std::array<double, kSums> sums{};
    const std::size_t whole = row.size() / kSums * kSums;
    for (std::size_t i = 0; i < whole; i += kSums) {
        for (std::size_t j = 0; j < kSums; ++j)
            sums[j] += static_cast<double>(row[i + j]) * static_cast<double>(row[i + j]);
    }
    for (std::size_t i = whole; i < row.size(); ++i)
        sums[0] += static_cast<double>(row[i]) * static_cast<double>(row[i]);
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

Result<void> check_row(std::span<const float> given, std::span<const float> kept, Dtype storage,
                       std::size_t index) {
    const double norm = squared_norm(kept);
    if (std::isfinite(norm) && norm > 0) return {};
    const std::string at = "/" + std::to_string(index) + "/vector";
    const std::string type(info(storage).name);
    if (!std::isfinite(norm)) {
        const auto bad =
            std::ranges::find_if(kept, [](float x) { return !std::isfinite(x); }) - kept.begin();
        const float value = given[static_cast<std::size_t>(bad)];
        const std::string allowed =
            std::isfinite(value) ? "what " + type + " can hold" : "finite numbers";
        return refused(at + "/" + std::to_string(bad), std::to_string(value), allowed);
    }
    if (squared_norm(given) > 0)
        return refused(at, "only numbers that " + type + " rounds to zero",
                       "at least one that it does not");
    return refused(at, "the zero vector", "at least one number that is not zero");
}

}  // namespace

Result<StoredRows> StoredRows::make(const MatrixView& vectors, std::size_t dimension,
                                    Dtype storage) {
    if (vectors.dimension != dimension)
        return refused("/0/vector", std::to_string(vectors.dimension) + " numbers",
                       std::to_string(dimension));
    StoredRows stored;
    stored.storage_ = storage;
    stored.rows_ = vectors;
    if (storage != Dtype::float32) {
        const std::span<const float> all(vectors.data, vectors.rows * dimension);
        stored.rounded_.resize(all.size() * info(storage).width);
        narrow(storage, all, stored.rounded_);
        stored.widened_.resize(all.size());
        widen(storage, stored.rounded_, stored.widened_);
        stored.rows_.data = stored.widened_.data();
    }
    for (std::size_t i = 0; i < vectors.rows; ++i) {
        if (auto row = check_row(vectors.row(i), stored.rows_.row(i), storage, i); !row)
            return row.error();
    }
    return stored;
}

std::span<const std::byte> StoredRows::bytes(std::size_t row) const {
    if (rounded_.empty()) return std::as_bytes(rows_.row(row));
    const std::size_t width = rows_.dimension * info(storage_).width;
    return std::span(rounded_).subspan(row * width, width);
}

}  // namespace qr
