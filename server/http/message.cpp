#include "server/http/message.h"

#include <algorithm>

namespace qr::http {

std::string_view to_string(Verb verb) {
    switch (verb) {
        case Verb::get:
            return "GET";
        case Verb::head:
            return "HEAD";
        case Verb::post:
            return "POST";
        case Verb::put:
            return "PUT";
        case Verb::del:
            return "DELETE";
        case Verb::options:
            return "OPTIONS";
        case Verb::patch:
            return "PATCH";
        case Verb::other:
            return "OTHER";
    }
    return "OTHER";
}

std::string_view Fields::get(std::string_view name) const {
    const auto found = std::ranges::find(list_, name, &Field::name);
    return found == list_.end() ? std::string_view() : std::string_view(found->value);
}

bool Fields::has(std::string_view name) const {
    return std::ranges::find(list_, name, &Field::name) != list_.end();
}

void Fields::remove(std::string_view name) {
    std::erase_if(list_, [name](const Field& field) { return field.name == name; });
}

}  // namespace qr::http
