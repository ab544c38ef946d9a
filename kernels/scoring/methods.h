// The list of scoring methods: a name for one choice per stage, and what may honestly be said of
// it.
//
// Adding a method is one read-out (or stage) header, one enumerator, one Pipeline, one line of
// kMethods and one of visit(); requests, GET /v1/methods, the contract suite and the benchmark pick
// it up. The reference backend and the self-test, which share nothing with this file but the
// enumerator, refuse to compile until they know its formula and its known scores.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernels/scoring/bures_angle.h"
#include "kernels/scoring/cosine.h"
#include "kernels/scoring/dot.h"
#include "kernels/scoring/fidelity.h"
#include "kernels/scoring/signed_fidelity.h"
#include "kernels/scoring/stages.h"

namespace qr::scoring {

enum class Method : std::uint8_t { signed_fidelity, fidelity, bures_angle, cosine, dot };

template <class ReadOut>
using PureStatePipeline = Pipeline<AmplitudeEncoding, NoCircuit, InnerProduct, PureState, ReadOut>;

using SignedFidelity = PureStatePipeline<SignedFidelityReadOut>;
using Fidelity = PureStatePipeline<FidelityReadOut>;
using BuresAngle = PureStatePipeline<BuresAngleReadOut>;
using Cosine = PureStatePipeline<CosineReadOut>;
using Dot = Pipeline<NoEncoding, NoCircuit, InnerProduct, PureState, DotReadOut>;

struct MethodInfo {
    Method method;
    std::string_view name;
    std::string_view encode, circuit, overlap, reduce, read_out;
    bool is_quantum;                        // has a reading as a measurement on quantum states
    std::string_view formula;               // c is the cosine of query and document
    double lowest, highest;                 // of the score; infinite when unbounded
    std::string_view equivalent_classical;  // the classical score that gives the same ranking
    double (*score)(const InnerProducts& sums);
};

namespace detail {
inline constexpr double kInfinity = __builtin_huge_val();

template <class P>
constexpr MethodInfo describe(Method method, std::string_view name, bool is_quantum,
                              std::string_view formula, double lowest, double highest,
                              std::string_view equivalent_classical) {
    return {method,
            name,
            P::encode::kName,
            P::circuit::kName,
            P::overlap::kName,
            P::reduce::kName,
            P::read_out::kName,
            is_quantum,
            formula,
            lowest,
            highest,
            equivalent_classical,
            &P::score};
}
}  // namespace detail

// Indexed by Method; the first is the default.
inline constexpr std::array<MethodInfo, 5> kMethods = {
    detail::describe<SignedFidelity>(Method::signed_fidelity, "signed_fidelity", true,
                                     "((1 + c)/2)^2", 0, 1, "cosine: the same ranking"),
    detail::describe<Fidelity>(Method::fidelity, "fidelity", true, "c^2", 0, 1,
                               "|cosine|: the same ranking; antipodes rank first"),
    detail::describe<BuresAngle>(Method::bures_angle, "bures_angle", true, "1 - (2/pi) arccos |c|",
                                 0, 1, "|cosine|: the same ranking; antipodes rank first"),
    detail::describe<Cosine>(Method::cosine, "cosine", false, "c", -1, 1, "cosine"),
    detail::describe<Dot>(Method::dot, "dot", false, "q.d", -detail::kInfinity, detail::kInfinity,
                          "dot"),
};

constexpr const MethodInfo& info(Method method) {
    return kMethods[static_cast<std::size_t>(method)];
}

// Calls visitor with a value of the method's pipeline: for loops that branch once, not per pair.
template <class Visitor>
constexpr decltype(auto) visit(Method method, Visitor&& visitor) {
    switch (method) {
        case Method::signed_fidelity:
            return visitor(SignedFidelity{});
        case Method::fidelity:
            return visitor(Fidelity{});
        case Method::bures_angle:
            return visitor(BuresAngle{});
        case Method::cosine:
            return visitor(Cosine{});
        case Method::dot:
            return visitor(Dot{});
    }
    __builtin_unreachable();
}

// nullptr when there is no such method.
constexpr const MethodInfo* find(std::string_view name) {
    for (const MethodInfo& candidate : kMethods) {
        if (candidate.name == name) return &candidate;
    }
    return nullptr;
}

}  // namespace qr::scoring
