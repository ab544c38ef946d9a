// KServe v2 (Open Inference Protocol) as Triton speaks it.
#include "server/dialects/errors.h"

namespace qr::dialects {

// Triton's: what is wrong with a request is 400.
int kserve_status(const Error& error) {
    return error.code == Code::invalid ? 400 : native::status_of(error.code);
}

}  // namespace qr::dialects
