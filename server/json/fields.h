// The fields of one object, in the order they come: known ones by their index in a list of names.
//
// A known field that is null counts as absent; one that comes twice is refused. Unknown ones are
// checked, skipped and named in the warnings, or refused where ignoring one would change what is
// asked for.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "server/json/reader.h"
#include "server/json/warnings.h"

namespace qr::json {

enum class UnknownFields : std::uint8_t { warned_of, refused };

class Fields {
  public:
    static constexpr std::size_t kKnownMax = 32;

    // `known` and `path` must outlive this.
    Fields(Reader& reader, Object object, const Path& path, std::span<const std::string_view> known,
           Warnings& warnings, UnknownFields unknown = UnknownFields::warned_of);

    // Moves on to the next known field that is not null. False: the object has ended.
    Result<bool> next();

    // Gives each of them to `read` with its index in `known`, until one is refused.
    template <std::invocable<std::size_t, Value&, const Path&> Read>
    Result<void> each(Read read) {
        while (true) {
            const auto more = next();
            if (!more) return more.error();
            if (!*more) return {};
            if (Result<void> done = read(index_, value_, path()); !done) return done;
        }
    }

    std::size_t index() const { return index_; }  // in `known`
    Value& value() { return value_; }
    Path path() const { return {path_, name_}; }

  private:
    Result<bool> read_field();  // false: nothing the caller wants to see
    Result<void> note_duplicate();
    Error unknown_field() const;

    Reader& reader_;
    Object object_;
    const Path& path_;
    std::span<const std::string_view> known_;
    Warnings& warnings_;
    UnknownFields unknown_;
    simdjson::ondemand::object_iterator iterator_;
    bool has_begun_ = false;
    std::uint32_t seen_ = 0;  // by index in `known`
    std::size_t index_ = 0;
    std::string_view name_;
    Value value_;
};

}  // namespace qr::json
