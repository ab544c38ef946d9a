// Where in a document a reader stands: a chain of steps on the stack.
//
// Costs nothing until an error or a warning is written; a step must not outlive its parent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/base/error.h"

namespace qr::json {

class Path {
  public:
    Path() = default;  // the whole document
    Path(const Path& parent, std::string_view name) : parent_(&parent), name_(name) {}
    Path(const Path& parent, std::size_t index)
        : parent_(&parent), index_(index), is_index_(true) {}

    // RFC 6901: "/documents/17/vector"; empty for the whole document.
    std::string pointer() const;
    // The same with every index written "*": what all elements of a list have in common.
    std::string pattern() const;

  private:
    const Path* parent_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
    bool is_index_ = false;
};

// Text from a request as messages quote it: at most 64 bytes, cut between characters.
std::string excerpt(std::string_view text);

// "<pointer>: found <found>, allowed: <allowed>"
Error invalid_at(const Path& path, std::string found, std::string allowed);

}  // namespace qr::json
