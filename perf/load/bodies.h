// Requests of the native dialect made up here, so that a scenario needs no files: random
// unit-variance vectors in one of the three forms that docs/HTTP_API.md knows, or texts, to rerank;
// or queries alone, to search a collection by.
//
// The vectors depend on seed, shape and variant alone, never on the form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qr::load {

inline constexpr std::size_t kDocumentsMax = 10'000;
inline constexpr std::size_t kQueriesMax = 10'000;
inline constexpr std::size_t kDimensionMax = 65'536;
inline constexpr std::size_t kWordsMax = 10'000;

enum class Format : std::uint8_t { binary, base64, json, text };
std::optional<Format> format_of(std::string_view name);

struct BodyShape {
    Format format = Format::json;
    std::size_t documents = 1;  // 0: a search
    std::size_t queries = 1;    // of a search; a rerank has one
    std::size_t dimension = 1;  // of vectors
    std::size_t words = 1;      // of each text
    std::size_t top_n = 0;      // 0: all; of a search: its k, from 1
    std::size_t variants = 1;
    std::uint64_t seed = 1;
};

// What the bodies of a shape come to at most, all variants together.
std::size_t bytes_max(const BodyShape& shape);

struct Bodies {
    std::vector<std::string> headers;  // that say what the bodies are
    std::vector<std::string> bodies;   // one a variant
};
Bodies make_bodies(const BodyShape& shape);

}  // namespace qr::load
