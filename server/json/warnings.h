// What a request says that was ignored, for `meta.warnings`: each kind once, and never too many.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "server/json/path.h"

namespace qr::json {

class Warnings {
  public:
    explicit Warnings(std::size_t limit) : limit_(limit) {}

    void add(std::string text);
    // One warning for the same field of all elements of a list.
    void add_unknown_field(const Path& path);

    std::vector<std::string> take() && { return std::move(texts_); }

  private:
    std::size_t limit_;
    std::vector<std::string> texts_;  // the last of `limit_` says that there were more
};

}  // namespace qr::json
