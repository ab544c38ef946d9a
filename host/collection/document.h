// A document of a collection, and what may be asked of documents besides their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace qr {

inline constexpr std::size_t kIdBytesMax = 256;
inline constexpr std::size_t kTagsMax = 64;  // of one document, and of one filter
inline constexpr std::size_t kTagBytesMax = 256;
inline constexpr std::size_t kNumbersMax = 64;  // likewise
inline constexpr std::size_t kNumberNameBytesMax = 128;
inline constexpr std::size_t kTextBytesMax = std::size_t{1} << 20;

// Seconds since 1970, as the collection's clock tells them.
using WallSeconds = double;

struct DocumentFields {
    std::optional<std::string> text;
    std::vector<std::string> tags;          // UTF-8, no two alike
    std::map<std::string, double> numbers;  // finite
    std::optional<WallSeconds> expires_at;
};

// The vector lies elsewhere: row i of a matrix belongs to document i.
struct Document {
    std::string id;  // UTF-8, 1..kIdBytesMax bytes
    DocumentFields fields;
};

// lowest <= x <= highest, or without equality where exclusive; a document without the number fails.
struct NumberRange {
    std::optional<double> lowest, highest;
    bool is_lowest_exclusive = false;
    bool is_highest_exclusive = false;
};

// All conditions must hold. Empty: every document.
struct Filter {
    std::vector<std::string> all_tags;
    std::vector<std::string> any_tags;  // at least one of them, unless empty
    std::vector<std::string> no_tags;
    std::map<std::string, NumberRange> numbers;

    bool is_empty() const {
        return all_tags.empty() && any_tags.empty() && no_tags.empty() && numbers.empty();
    }
};

}  // namespace qr
