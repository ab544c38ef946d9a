// Correctness before speed: nothing is timed or counted unless its answer is the expected one.
//
// What is expected is computed another way than the measured code does it: plain loops, bytes one
// by one, double precision. A gate that stays shut ends the program with 1 and one line on stderr,
// "wrong: <name>: <what>".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace qr::perf {

[[noreturn]] void shut_gate(std::string_view name, std::string_view what);

// Passes only the same bits; values are `width` bytes each. The hash of what was found, as text.
std::string pass_gate(std::string_view name, std::span<const std::byte> expected,
                      std::span<const std::byte> found, std::size_t width);

template <class Value>
requires std::is_trivially_copyable_v<Value> std::string pass_gate(std::string_view name,
                                                                   std::span<const Value> expected,
                                                                   std::span<const Value> found) {
    return pass_gate(name, std::as_bytes(expected), std::as_bytes(found), sizeof(Value));
}
std::string pass_gate(std::string_view name, std::string_view expected, std::string_view found);

}  // namespace qr::perf
