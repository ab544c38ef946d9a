// QR_VERSION, QR_COMMIT and QR_BUILD_TYPE are defined for this file alone, in CMakeLists.txt.
#include "host/base/version.h"

namespace qr {

std::string_view version() {
    return QR_VERSION;
}

std::string_view commit() {
    return QR_COMMIT;
}

std::string_view compiler() {
#if defined(__clang__)
    constexpr std::string_view text = "clang " __clang_version__;  // may end in a space
    return text.substr(0, text.find_last_not_of(' ') + 1);
#else
    return "g++ " __VERSION__;
#endif
}

std::string_view build_type() {
    return QR_BUILD_TYPE;
}

}  // namespace qr
