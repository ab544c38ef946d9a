// The five stages of a score: encode -> circuit -> overlap -> reduce -> read out.
//
// Each stage is a trivially copyable functor; a method is one choice per stage (methods.h). Both
// g++ and nvcc compile these, so CPU and GPU cannot drift apart in formula. The three inner
// products are what the kernels sum in double (kernels/math/lanes.h); everything behind them is
// here.
#pragma once

#include "kernels/math/amplitude.h"
#include "kernels/math/hd.h"

namespace qr::scoring {

// The sums a kernel delivers for one (query, document) pair. With float32 components all are
// finite, and a squared norm is NaN or infinite exactly when a component is, zero exactly when the
// vector is zero.
struct InnerProducts {
    double dot = 0;
    double query_norm2 = 0;
    double document_norm2 = 0;
};

// encode: the vector becomes a normalised state; its norm is discarded.
struct AmplitudeEncoding {
    static constexpr const char* kName = "amplitude";
    QR_HD static double overlap(const InnerProducts& sums) {
        return math::normalised_overlap(sums.dot, sums.query_norm2, sums.document_norm2);
    }
};

// encode: the vector stays as it is. Classical methods only: the result is no quantum state.
struct NoEncoding {
    static constexpr const char* kName = "none";
    QR_HD static double overlap(const InnerProducts& sums) { return sums.dot; }
};

// circuit: the identity. A unitary common to both sides would change nothing: <Ud|Uq> = <d|q>.
struct NoCircuit {
    static constexpr const char* kName = "none";
};

// overlap: <q|d>, real amplitudes.
struct InnerProduct {
    static constexpr const char* kName = "inner_product";
};

// reduce: one pure state a side, so the overlap is the pair's.
struct PureState {
    static constexpr const char* kName = "pure_state";
    QR_HD static double reduce(double overlap) { return overlap; }
};

template <class Encode, class Circuit, class Overlap, class Reduce, class ReadOut>
struct Pipeline {
    using encode = Encode;
    using circuit = Circuit;
    using overlap = Overlap;
    using reduce = Reduce;
    using read_out = ReadOut;

    // For hosts, since some read-outs are; a device takes the stages one by one.
    static double score(const InnerProducts& sums) {
        return ReadOut::read_out(Reduce::reduce(Encode::overlap(sums)));
    }
};

}  // namespace qr::scoring
