// Whether a client has left, for work that asks as it begins or goes on.
#pragma once

#include <atomic>
#include <memory>

#include "server/http/client.h"

namespace qr {

using ClientGone = std::shared_ptr<const std::atomic<bool>>;

// Null without a client: nobody leaves.
inline ClientGone watch_client(http::Client* client) {
    if (client == nullptr) return nullptr;
    const auto is_gone = std::make_shared<std::atomic<bool>>(false);
    client->on_gone([is_gone] { is_gone->store(true, std::memory_order_relaxed); });
    return is_gone;
}

}  // namespace qr
