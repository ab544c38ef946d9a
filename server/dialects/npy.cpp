#include "server/dialects/npy.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/misfit.h"

namespace qr::collections {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kHeaderBytesMax = 65'536;
constexpr std::size_t kAxesMax = 2;

struct TypeInfo {
    NpyType type;
    std::string_view descr;
    std::size_t width;
};
constexpr TypeInfo kTypes[] = {{NpyType::float32, "<f4", 4},
                               {NpyType::float16, "<f2", 2},
                               {NpyType::float64, "<f8", 8},
                               {NpyType::int8, "|i1", 1}};

Error no_npy(std::string found) {
    return misfit_error(Code::malformed, "body", std::move(found), "a .npy file, versions 1 to 3");
}

Error wrong(std::string_view what, std::string found, std::string allowed) {
    return misfit_error(Code::invalid, ".npy " + std::string(what), std::move(found),
                        std::move(allowed));
}

// What the header says, as far as it has been read.
struct Header {
    std::optional<std::string_view> descr;
    std::optional<bool> is_fortran_order;
    std::optional<std::vector<std::size_t>> shape;
};

// The header is a Python dictionary of three fixed keys: read by hand, in any order and spacing.
class HeaderReader {
  public:
    explicit HeaderReader(std::string_view text) : text_(text) {}

    std::optional<Header> read() {
        Header header;
        if (!take('{')) return std::nullopt;
        while (!take('}')) {
            const auto key = quoted();
            if (!key || !take(':') || !read_value(*key, header)) return std::nullopt;
            if (!take(',') && peek() != '}') return std::nullopt;
        }
        skip_space();
        if (!text_.empty()) return std::nullopt;
        return header;
    }

  private:
    bool read_value(std::string_view key, Header& header) {
        if (key == "descr") {
            header.descr = quoted();
            return header.descr.has_value();
        }
        if (key == "fortran_order") {
            header.is_fortran_order = boolean();
            return header.is_fortran_order.has_value();
        }
        if (key != "shape") return false;
        header.shape = tuple();
        return header.shape.has_value();
    }

    std::optional<std::vector<std::size_t>> tuple() {
        std::vector<std::size_t> sizes;
        if (!take('(')) return std::nullopt;
        while (!take(')')) {
            const auto size = integer();
            if (!size || sizes.size() > kAxesMax) return std::nullopt;
            sizes.push_back(*size);
            if (!take(',') && peek() != ')') return std::nullopt;
        }
        return sizes;
    }

    std::optional<std::size_t> integer() {
        skip_space();
        std::size_t value = 0;
        const auto [end, code] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (code != std::errc()) return std::nullopt;
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        return value;
    }

    std::optional<bool> boolean() {
        skip_space();
        for (const bool value : {true, false}) {
            const std::string_view word = value ? "True" : "False";
            if (!text_.starts_with(word)) continue;
            text_.remove_prefix(word.size());
            return value;
        }
        return std::nullopt;
    }

    std::optional<std::string_view> quoted() {
        const char quote = peek();
        if (quote != '\'' && quote != '"') return std::nullopt;
        const std::size_t end = text_.find(quote, 1);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view found = text_.substr(1, end - 1);
        text_.remove_prefix(end + 1);
        return found;
    }

    char peek() {
        skip_space();
        return text_.empty() ? '\0' : text_.front();
    }

    bool take(char wanted) {
        if (peek() != wanted) return false;
        text_.remove_prefix(1);
        return true;
    }

    void skip_space() {
        while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n'))
            text_.remove_prefix(1);
    }

    std::string_view text_;
};

std::size_t little_endian(std::string_view bytes) {
    std::size_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

// Of the header and of the numbers behind it.
struct Parts {
    std::string_view header;
    std::string_view numbers;
};

Result<Parts> split(std::string_view file) {
    if (!file.starts_with(kMagic)) return no_npy("other bytes at its beginning");
    constexpr std::size_t kVersionAt = kMagic.size();
    constexpr std::size_t kSizeAt = kVersionAt + 2;
    if (file.size() < kSizeAt) return no_npy("an end before its version");
    const int version = static_cast<unsigned char>(file[kVersionAt]);
    if (version < 1 || version > 3) return no_npy("version " + std::to_string(version));
    const std::size_t size_bytes = version == 1 ? 2 : 4;
    if (file.size() < kSizeAt + size_bytes) return no_npy("an end before its header");
    const std::size_t size = little_endian(file.substr(kSizeAt, size_bytes));
    const std::string_view rest = file.substr(kSizeAt + size_bytes);
    if (size > kHeaderBytesMax || size > rest.size()) {
        return no_npy("a header of " + std::to_string(size) + " bytes");
    }
    return Parts{rest.substr(0, size), rest.substr(size)};
}

Result<NpyFile> check(const Header& header, std::string_view numbers) {
    const TypeInfo* type = nullptr;
    for (const TypeInfo& known : kTypes)
        if (header.descr == known.descr) type = &known;
    if (type == nullptr) {
        return wrong("descr", '\'' + std::string(header.descr->substr(0, 32)) + '\'',
                     "'<f4', '<f2', '<f8' or '|i1'");
    }
    if (*header.is_fortran_order) {
        return wrong("fortran_order", "True", "False: numpy.ascontiguousarray makes it so");
    }
    if (header.shape->size() != 2) {
        return wrong("shape", std::to_string(header.shape->size()) + " axes", "(rows, dimension)");
    }
    const std::size_t rows = header.shape->front();
    const std::size_t dimension = header.shape->back();
    const std::size_t held = numbers.size() / type->width;
    const bool fits = dimension == 0 ? numbers.empty()
                                     : held % dimension == 0 && held / dimension == rows &&
                                           numbers.size() % type->width == 0;
    if (!fits || rows == 0 || dimension == 0) {
        return wrong("numbers", std::to_string(numbers.size()) + " bytes",
                     std::to_string(rows) + " rows of " + std::to_string(dimension) + " numbers");
    }
    return NpyFile{.type = type->type,
                   .rows = rows,
                   .dimension = dimension,
                   .numbers = std::as_bytes(std::span(numbers.data(), numbers.size()))};
}

}  // namespace

Result<NpyFile> parse_npy(std::span<const std::byte> bytes) {
    const auto parts = split({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!parts.ok()) return parts.error();
    const std::optional<Header> header = HeaderReader(parts->header).read();
    if (!header || !header->descr || !header->is_fortran_order || !header->shape) {
        return no_npy("a header that is none");
    }
    return check(*header, parts->numbers);
}

}  // namespace qr::collections
