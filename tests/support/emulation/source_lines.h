// The source line of a code address of this program.
#pragma once

#include <string>

namespace qr::emulation {

// "samples/a.cu:31" of the call that returns to `caller`, by addr2line; of inlined calls the
// innermost that is neither the library's nor the stand-in header's.
std::string source_line(const void* caller);

}  // namespace qr::emulation
