// How our programs of scripts/peers.sh are asked, as worker.py is: for each line `COUNT SECONDS` of
// the input the median time of a request of COUNT, measured for so long.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "host/base/narrow.h"

namespace qr::perf {

inline constexpr double kSecondsMax = 60;

// The first of the float32 in a file, as many as `floats` takes; false: it has fewer.
inline bool read_floats(std::ifstream& file, std::span<float> floats) {
    file.read(reinterpret_cast<char*>(floats.data()), narrow<std::streamsize>(floats.size_bytes()));
    return file.good();
}

// Of one call; `calls` of them, call(0), call(1)..., are timed at a stretch.
template <typename Call>
double median_us(std::size_t calls, double seconds, const Call& call) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
    std::vector<double> samples;
    do {
        const auto start = Clock::now();
        for (std::size_t i = 0; i < calls; ++i)
            call(i);
        const std::chrono::duration<double, std::micro> elapsed = Clock::now() - start;
        samples.push_back(elapsed.count() / static_cast<double>(calls));
    } while (Clock::now() < deadline);
    const auto middle = samples.begin() + narrow<std::ptrdiff_t>(samples.size() / 2);
    std::nth_element(samples.begin(), middle, samples.end());
    return *middle;
}

// false: a line asked for what is not known or allowed.
template <typename IsKnown, typename Timed>
bool take_turns(const IsKnown& is_known, const Timed& timed) {
    std::size_t count = 0;
    double seconds = 0;
    while (std::cin >> count >> seconds) {
        if (!is_known(count) || !(seconds >= 0 && seconds <= kSecondsMax)) return false;
        std::cout.precision(std::numeric_limits<double>::max_digits10);
        std::cout << R"({"us": )" << timed(count, seconds) << "}" << std::endl;
    }
    return true;
}

}  // namespace qr::perf
