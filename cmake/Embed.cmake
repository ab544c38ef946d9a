# Turns INPUT into OUTPUT.h and OUTPUT.cpp that hold it as qr::embedded::SYMBOL.
file(READ "${INPUT}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
file(WRITE "${OUTPUT}.h" "#pragma once

#include <string_view>

namespace qr::embedded {
extern const std::string_view ${SYMBOL};
}
")
file(WRITE "${OUTPUT}.cpp" "#include \"embedded/${SYMBOL}.h\"

namespace qr::embedded {
namespace {
constexpr char ${SYMBOL}_bytes[] = {${bytes}'\\0'};
}
const std::string_view ${SYMBOL}(${SYMBOL}_bytes, sizeof(${SYMBOL}_bytes) - 1);
}  // namespace qr::embedded
")
