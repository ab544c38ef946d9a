// Texts made up of common English words, for requests whose server turns them into vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace qr::load {

inline constexpr std::size_t kWordBytesMax = 16;  // of one word

// Draws words of the list in words.txt, each as likely as another.
class Texts {
  public:
    Texts(std::uint64_t seed, std::size_t variant);
    // `words` of them with spaces between, then a full stop.
    std::string next(std::size_t words);

  private:
    std::mt19937_64 random_;
};

}  // namespace qr::load
