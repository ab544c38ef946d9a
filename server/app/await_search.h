// The bridge from the search desk to a coroutine: submit a search, suspend, resume on the same io
// thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "host/base/error.h"
#include "host/collection/search_desk.h"
#include "server/http/client.h"

namespace qr {

struct SearchTerms {
    SearchJob job;                   // all but its sink, which the bridge makes
    http::Client* client = nullptr;  // whose leaving cancels the job; may be null
};

// Consumes `terms`, which the awaiting coroutine keeps in its frame. A refused submission comes
// back as the desk's error.
boost::asio::awaitable<Result<SearchAnswer>> async_search(SearchDesk& desk, SearchTerms& terms);

}  // namespace qr
