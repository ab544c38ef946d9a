#include "server/cli/http_client.h"

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <memory>

#include "host/base/narrow.h"
#include "host/text/remote/retry_after.h"

namespace qr::cli {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 20;

struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

struct HandleDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, HandleDeleter>;

// libcurl's sink; taking less than it gives ends the transfer.
std::size_t append(const char* data, std::size_t, std::size_t size, void* target) {
    auto& body = *static_cast<std::string*>(target);
    if (body.size() + size > kAnswerBytesMax) return 0;
    try {
        body.append(data, size);
    } catch (const std::bad_alloc&) {
        return 0;
    }
    return size;
}

List list_of(const std::vector<std::string>& fields) {
    List list;
    for (const std::string& field : fields) {
        curl_slist* longer = curl_slist_append(list.get(), field.c_str());
        QR_CHECK(longer != nullptr);
        static_cast<void>(list.release());
        list.reset(longer);
    }
    return list;
}

// libcurl wants its library state set up once, before any handle.
bool initialise() {
    static const bool is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return is_ready;
}

Error unreachable(const HttpCall& call, std::string_view reason) {
    return {.code = Code::unavailable, .message = call.url + ": " + std::string(reason)};
}

}  // namespace

Result<HttpAnswer> exchange(const HttpCall& call) {
    const Handle handle(initialise() ? curl_easy_init() : nullptr);
    if (handle == nullptr) return unreachable(call, "libcurl cannot be set up");
    HttpAnswer answer;
    std::array<char, CURL_ERROR_SIZE> reason{};
    const List fields = list_of(call.fields);
    CURL* curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    // The server is ours and usually on this machine: a proxy of the environment is not meant.
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, narrow<long>(call.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields.get());
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
    if (call.body) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body->data());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, narrow<curl_off_t>(call.body->size()));
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return unreachable(call, reason[0] != '\0' ? reason.data() : curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    if (const auto time = retry_after(curl))
        answer.retry_after = std::chrono::ceil<std::chrono::milliseconds>(*time);
    return answer;
}

}  // namespace qr::cli
