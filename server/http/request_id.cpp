#include "server/http/request_id.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

#include "server/http/syntax.h"

namespace qr::http {
namespace {

constexpr std::size_t kIdLengthMax = 128;
constexpr std::string_view kHexDigits = "0123456789abcdef";

// SplitMix64 (Steele, Lea, Flood 2014): one addition and a mix per number, seeded once a thread.
class RandomBits {
  public:
    RandomBits() {
        std::random_device entropy;
        state_ = (std::uint64_t{entropy()} << 32) | entropy();
    }
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

  private:
    std::uint64_t state_;
};

bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(text,
                               [](char c) { return kHexDigits.find(c) != std::string_view::npos; });
}

bool is_hex_id(std::string_view text) {
    return is_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

bool is_request_id(std::string_view text) {
    constexpr std::string_view kMarks = "._:-";
    return !text.empty() && text.size() <= kIdLengthMax && std::ranges::all_of(text, [&](char c) {
        return is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos;
    });
}

std::string make_request_id() {
    thread_local RandomBits bits;
    std::string id;
    id.reserve(32);
    for (const std::uint64_t word : {bits.next(), bits.next()}) {
        for (int shift = 60; shift >= 0; shift -= 4)
            id += kHexDigits[(word >> shift) & 15];
    }
    return id;
}

bool is_traceparent(std::string_view text) {
    constexpr std::size_t kLength = 55;  // of version 00, and of the known part of later ones
    if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    const std::string_view version = text.substr(0, 2);
    if (!is_lower_hex(version) || version == "ff") return false;
    if (version == "00" ? text.size() != kLength : text.size() > kLength && text[kLength] != '-') {
        return false;
    }
    return is_hex_id(text.substr(3, 32)) && is_hex_id(text.substr(36, 16)) &&
           is_lower_hex(text.substr(53, 2));
}

void identify(Request& request) {
    const std::string_view given = request.fields.get("x-request-id");
    request.id = is_request_id(given) ? std::string(given) : make_request_id();

    const auto parents = std::ranges::count(request.fields.list(), "traceparent", &Field::name);
    if (parents == 1 && is_traceparent(request.fields.get("traceparent"))) return;
    request.fields.remove("traceparent");
    request.fields.remove("tracestate");
}

}  // namespace qr::http
