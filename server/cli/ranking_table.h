// A native answer as a table for people: rank, score, a bar, the document.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/base/error.h"

namespace qr::cli {

struct TableStyle {
    std::size_t columns = 80;  // no line is longer, unless the fixed columns already are
    bool is_coloured = false;
};

// One table a query. Texts of the answer cannot steer the terminal: controls become spaces.
// Errors: `malformed` when the text is not an answer of POST /v1/rerank.
Result<std::string> ranking_table(std::string_view answer, const TableStyle& style);

}  // namespace qr::cli
