#include "host/text/norm.h"

#include <array>
#include <cstddef>

#include "host/text/norm_kernels.h"

namespace qr {

using kernels::kNormLanes;

double squared_norm(InstructionSet set, std::span<const float> vector) {
    std::array<double, kNormLanes> lanes{};
    std::size_t done = 0;
    if (set != InstructionSet::scalar)
        done = kernels::add_squares_avx2(vector.data(), vector.size(), lanes.data());
    for (; done < vector.size(); ++done)
        lanes[done % kNormLanes] += double{vector[done]} * double{vector[done]};
    for (std::size_t width = kNormLanes / 2; width > 0; width /= 2) {
        for (std::size_t lane = 0; lane < width; ++lane)
            lanes[lane] += lanes[lane + width];
    }
    return lanes[0];
}

void scale(InstructionSet set, std::span<float> vector, double factor) {
    std::size_t done = 0;
    if (set != InstructionSet::scalar)
        done = kernels::scale_avx2(vector.data(), vector.size(), factor);
    for (float& number : vector.subspan(done))
        number = static_cast<float>(number * factor);
}

}  // namespace qr
