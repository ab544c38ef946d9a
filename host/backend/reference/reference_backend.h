// The oracle inside the product: plain double loops, one thread, written from the definitions.
//
// No state, so any number of threads may score at once; a pair is what other backends call a tile.
// Shares no arithmetic with the other backends: of kernels/ it takes the Method enumerator alone
// and states the 32-lane sum, the formulas and what a bad row is once more. Every other backend
// must agree with it bit for bit (tests/host/backend/contract_test). Never optimise it.
#pragma once

#include <string_view>

#include "host/backend/fidelity_backend.h"

namespace qr {

class ReferenceBackend final : public FidelityBackend {
  public:
    static constexpr std::string_view kName = "reference";

    std::string_view name() const override { return kName; }
    BackendCapabilities capabilities() const override;
    Result<Scores> score(const ScoreBatch& batch) override;
};

}  // namespace qr
