// A native request answered in this process, without a server.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "server/config/config.h"

namespace qr::cli {

enum class Texts { as_asked, always };  // whether the answer shows the documents' texts

struct LocalRerank {
    std::string_view request;                  // JSON, or JSON and tensors
    std::optional<std::size_t> header_length;  // bytes of JSON before tensors
    Texts texts = Texts::as_asked;
};

// The native answer. Errors: those of the parser, the limits, the backend and the vectors.
Result<std::string> rerank_local(const LocalRerank& job, const Config& config);

}  // namespace qr::cli
