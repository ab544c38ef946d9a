// How many columns of a terminal a text takes: wide East Asian characters and emoji two, marks that
// join the character before none.
#pragma once

#include <cstddef>
#include <string_view>

namespace qr::cli {

std::size_t display_width(std::string_view text);

// The longest beginning that takes at most so many columns. It ends between characters, behind the
// marks of its last one.
std::string_view prefix_of_width(std::string_view text, std::size_t columns);

}  // namespace qr::cli
