// Vectors to score, with the scores that the reference backend gives them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "host/backend/fidelity_backend.h"

namespace qr::perf {

// The backend whose instructions are counted: AVX2, on the calling thread alone. Ends the program
// where this CPU cannot run it.
std::unique_ptr<FidelityBackend> make_counted_backend();

class ScoredVectors {
  public:
    ScoredVectors(std::size_t documents, std::size_t dimension, scoring::Method method);

    ScoreTask task() const;  // one query; views into this
    // Passes the reference's bits.
    void pass_gate(std::string_view name, std::span<const double> found) const;

  private:
    std::size_t documents_, dimension_;
    scoring::Method method_;
    std::vector<float> numbers_;
    std::vector<double> expected_;
};

}  // namespace qr::perf
