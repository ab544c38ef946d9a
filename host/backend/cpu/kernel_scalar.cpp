// Plain C++ for any x86-64: the 32 lanes are taken eight at a time, so that they stay in registers.
#include <array>
#include <cstddef>

#include "host/backend/cpu/kernel_loop.h"
#include "host/backend/cpu/kernels.h"
#include "kernels/math/lanes.h"

namespace qr::cpu {
namespace {

constexpr std::size_t kPass = 8;  // lanes of one pass over the row
using Lanes = std::array<double, math::kLanes>;

struct LanePair {
    Lanes dot{};
    Lanes norm{};
};

// Lanes [first, first + kPass) over all whole groups of the row.
void add_whole_groups(const double* query, const float* row, std::size_t whole, std::size_t first,
                      LanePair& lanes) {
    double dot[kPass] = {};
    double norm[kPass] = {};
    for (std::size_t i = first; i < whole; i += math::kLanes) {
        for (std::size_t j = 0; j < kPass; ++j) {
            const double component = row[i + j];
            dot[j] += component * query[i + j];
            norm[j] += component * component;
        }
    }
    for (std::size_t j = 0; j < kPass; ++j) {
        lanes.dot[first + j] = dot[j];
        lanes.norm[first + j] = norm[j];
    }
}

struct ScalarBlock {
    static constexpr std::size_t kQueriesMax = 1;
    template <std::size_t kQueries>
    static constexpr std::size_t rows_at_once = 1;

    template <std::size_t kQueries, std::size_t kRows, Norms kNorms>
    static void run(const double* query, std::size_t, const float* row, std::size_t dimension,
                    const SumTarget& target) {
        LanePair lanes;
        const std::size_t whole = dimension - dimension % math::kLanes;
        for (std::size_t first = 0; first < math::kLanes; first += kPass)
            add_whole_groups(query, row, whole, first, lanes);
        for (std::size_t i = whole; i < dimension; ++i) {
            const double component = row[i];
            lanes.dot[i - whole] += component * query[i];
            lanes.norm[i - whole] += component * component;
        }
        *target.dots = math::sum_lanes(lanes.dot);
        if constexpr (kNorms == Norms::fused) *target.norms2 = math::sum_lanes(lanes.norm);
    }
};

}  // namespace

const KernelTable kScalarKernels = {InstructionSet::scalar, &inner_products<ScalarBlock>};

}  // namespace qr::cpu
