// The known word nearest to a mistyped one, for error messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace qr::config {

// Empty when nothing is near enough: 3 edits at most, fewer for a word of less than 6 letters.
std::string nearest_word(std::string_view word, std::span<const std::string> known);

// "; did you mean 'port'?" or empty.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace qr::config
