#include "server/json/path.h"

#include "host/base/misfit.h"
#include "host/base/utf8.h"

namespace qr::json {
namespace {

constexpr std::size_t kExcerptBytes = 64;

std::string escape_step(std::string_view name) {
    std::string step;
    for (const char character : excerpt(name)) {
        if (character == '~') {
            step += "~0";
        } else if (character == '/') {
            step += "~1";
        } else {
            step += character;
        }
    }
    return step;
}

}  // namespace

std::string Path::pointer() const {
    if (parent_ == nullptr) return {};
    return parent_->pointer() + '/' + (is_index_ ? std::to_string(index_) : escape_step(name_));
}

std::string Path::pattern() const {
    if (parent_ == nullptr) return {};
    return parent_->pattern() + '/' + (is_index_ ? "*" : escape_step(name_));
}

std::string excerpt(std::string_view text) {
    if (text.size() <= kExcerptBytes) return std::string(text);
    const std::string_view cut = text.substr(0, kExcerptBytes);
    return std::string(cut.substr(0, valid_utf8_prefix(cut))) + "...";
}

Error invalid_at(const Path& path, std::string found, std::string allowed) {
    std::string pointer = path.pointer();
    if (!pointer.empty())
        return misfit_at(Code::invalid, std::move(pointer), std::move(found), std::move(allowed));
    return misfit_error(Code::invalid, "body", std::move(found), std::move(allowed));
}

}  // namespace qr::json
