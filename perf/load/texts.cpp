#include "perf/load/texts.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "embedded/words_txt.h"
#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr::load {
namespace {

std::vector<std::string_view> read_words() {
    const std::string_view all = embedded::words_txt;
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while (at < all.size()) {
        const std::size_t stop = std::min(all.find_first_of(" \n", at), all.size());
        QR_CHECK(at < stop && stop - at <= kWordBytesMax);
        words.push_back(all.substr(at, stop - at));
        at = stop + 1;
    }
    return words;
}

const std::vector<std::string_view>& words() {
    static const std::vector<std::string_view> list = read_words();
    return list;
}

}  // namespace

Texts::Texts(std::uint64_t seed, std::size_t variant) {
    std::seed_seq seeds{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                        narrow<std::uint32_t>(variant)};
    random_.seed(seeds);
}

std::string Texts::next(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += i == 0 ? "" : " ";
        text += words()[random_() % words().size()];
    }
    return text + ".";
}

}  // namespace qr::load
