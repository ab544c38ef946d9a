// Whoever sent a request, as the handler that makes it wait sees them.
#pragma once

#include <functional>

namespace qr::http {

class Client {
  public:
    virtual ~Client() = default;

    // Calls `gone` once, on the connection's thread, if the client ends its side or resets before
    // the handler has returned; never after. One at a time: a second call replaces the first.
    // Nobody looks before the first call, so a request that waits for nothing pays nothing; nobody
    // looks any more once bytes of a next request have come.
    virtual void on_gone(std::function<void()> gone) = 0;
};

}  // namespace qr::http
