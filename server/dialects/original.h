// The body of the first QuantumRerank service: {"query", "candidates", "top_k", "method"}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernels/scoring/methods.h"

namespace qr::dialects {

// "classical" is cosine, "quantum" fidelity and "hybrid" signed_fidelity, which is of both: a
// fidelity that ranks as cosine does.
std::optional<scoring::Method> find_original_method(std::string_view name);
std::string_view original_method_name(scoring::Method method);
std::string original_method_names();

}  // namespace qr::dialects
