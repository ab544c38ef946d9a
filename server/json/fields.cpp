#include "server/json/fields.h"

#include <algorithm>

#include "host/base/check.h"

namespace qr::json {

Fields::Fields(Reader& reader, Object object, const Path& path,
               std::span<const std::string_view> known, Warnings& warnings, UnknownFields unknown)
    : reader_(reader),
      object_(object),
      path_(path),
      known_(known),
      warnings_(warnings),
      unknown_(unknown) {
    QR_CHECK(known.size() <= kKnownMax);
}

Result<bool> Fields::next() {
    while (true) {
        if (has_begun_) {
            ++iterator_;
        } else {
            has_begun_ = true;
            if (const auto code = object_.begin().get(iterator_)) return reader_.malformed(code);
        }
        if (iterator_ == simdjson::ondemand::object_iterator()) return false;
        auto is_wanted = read_field();
        if (!is_wanted || *is_wanted) return is_wanted;
    }
}

Result<bool> Fields::read_field() {
    simdjson::ondemand::field field;
    if (const auto code = (*iterator_).get(field)) return reader_.malformed(code);
    if (const auto code = field.unescaped_key().get(name_)) return reader_.malformed(code);
    value_ = field.value();
    const auto found = std::find(known_.begin(), known_.end(), name_);
    if (found == known_.end()) {
        const Path here = path();
        if (unknown_ == UnknownFields::refused) return unknown_field();
        if (const auto skipped = reader_.skip(value_, here); !skipped) return skipped.error();
        warnings_.add_unknown_field(here);
        return false;
    }
    index_ = static_cast<std::size_t>(found - known_.begin());
    if (const auto noted = note_duplicate(); !noted) return noted.error();
    return !Reader::is_null(value_);
}

Error Fields::unknown_field() const {
    std::string allowed;
    for (const std::string_view name : known_)
        allowed += (allowed.empty() ? "" : ", ") + std::string(name);
    return invalid_at(path(), "a field that is not known here", std::move(allowed));
}

Result<void> Fields::note_duplicate() {
    const std::uint32_t bit = std::uint32_t{1} << index_;
    if ((seen_ & bit) != 0) return invalid_at(path(), "the field a second time", "once");
    seen_ |= bit;
    return {};
}

}  // namespace qr::json
