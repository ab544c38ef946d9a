#include "host/batching/job.h"

namespace qr {

Reply::~Reply() {
    if (sink_ == nullptr) return;
    sink_->deliver(Error{.code = Code::internal, .message = "the request was dropped unanswered"});
}

void Reply::deliver(Result<JobScores> result) noexcept {
    QR_CHECK(sink_ != nullptr);
    const std::unique_ptr<ReplySink> sink = std::move(sink_);
    sink->deliver(std::move(result));
}

}  // namespace qr
