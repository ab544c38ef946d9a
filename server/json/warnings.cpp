#include "server/json/warnings.h"

#include <algorithm>
#include <utility>

namespace qr::json {

void Warnings::add(std::string text) {
    if (texts_.size() >= limit_) return;
    if (std::find(texts_.begin(), texts_.end(), text) != texts_.end()) return;
    if (texts_.size() + 1 == limit_) text = "more was ignored than is listed here";
    texts_.push_back(std::move(text));
}

void Warnings::add_unknown_field(const Path& path) {
    if (texts_.size() >= limit_) return;
    add(path.pattern() + ": unknown field, ignored");
}

}  // namespace qr::json
