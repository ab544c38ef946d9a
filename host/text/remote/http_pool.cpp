#include "host/text/remote/http_pool.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <new>
#include <optional>
#include <utility>

#include "host/base/check.h"
#include "host/base/misfit.h"
#include "host/base/narrow.h"
#include "host/text/remote/retry_after.h"

namespace qr {
namespace {

constexpr long kConnectMsMax = 5'000;
constexpr Duration kWaitMax = std::chrono::minutes(1);

struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

struct EasyDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiDeleter {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct UrlDeleter {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct TextDeleter {
    void operator()(char* text) const { curl_free(text); }
};

void append(List& list, const std::string& field) {
    curl_slist* const longer = curl_slist_append(list.get(), field.c_str());
    QR_CHECK(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
}

// libcurl wants its library state set up once, before any handle.
bool initialise() {
    static const bool is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return is_ready;
}

// One call under way; libcurl points into it.
struct Transfer {
    std::uint64_t id = 0;
    HttpCall call;
    std::unique_ptr<CURL, EasyDeleter> easy;
    List fields;
    std::array<char, CURL_ERROR_SIZE> reason{};
    HttpAnswer answer;
    bool is_too_large = false;
};

// libcurl's sink; taking less than it gives ends the transfer.
std::size_t take_body(const char* data, std::size_t, std::size_t size, void* target) {
    auto& transfer = *static_cast<Transfer*>(target);
    std::string& body = transfer.answer.body;
    transfer.is_too_large = size > transfer.call.answer_bytes_max - body.size();
    if (transfer.is_too_large) return 0;
    try {
        body.append(data, size);
    } catch (const std::bad_alloc&) {
        transfer.is_too_large = true;
        return 0;
    }
    return size;
}

void set_up_body(CURL* easy, Transfer& transfer) {
    if (!transfer.call.body) return;
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.call.body->data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     narrow<curl_off_t>(transfer.call.body->size()));
    append(transfer.fields, "Expect:");  // else libcurl waits for leave to send a large body
}

void set_up(Transfer& transfer, const HttpPool::Options& options) {
    CURL* const easy = transfer.easy.get();
    const auto time = std::chrono::ceil<std::chrono::milliseconds>(transfer.call.timeout);
    const long timeout_ms = std::max(1L, narrow<long>(time.count()));  // 0 were none at all
    for (const std::string& field : transfer.call.fields)
        append(transfer.fields, field);
    set_up_body(easy, transfer);
    curl_easy_setopt(easy, CURLOPT_URL, transfer.call.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout_ms, kConnectMsMax));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.fields.get());
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "quantumrerank");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.reason.data());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    if (!options.authorities_file.empty())
        curl_easy_setopt(easy, CURLOPT_CAINFO, options.authorities_file.c_str());
}

HttpAnswer::End end_of(CURLcode code, const Transfer& transfer) {
    if (transfer.is_too_large) return HttpAnswer::End::too_large;
    if (code == CURLE_OK) return HttpAnswer::End::answered;
    return code == CURLE_OPERATION_TIMEDOUT ? HttpAnswer::End::timed_out
                                            : HttpAnswer::End::unreachable;
}

HttpPool::Finished finish(Transfer& transfer, CURLcode code) {
    CURL* const easy = transfer.easy.get();
    long status = 0;
    long connections = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
    HttpAnswer& answer = transfer.answer;
    answer.end = end_of(code, transfer);
    answer.status = narrow<int>(status);
    answer.retry_after = retry_after(easy);
    if (answer.end == HttpAnswer::End::unreachable)
        answer.reason =
            transfer.reason[0] != '\0' ? transfer.reason.data() : curl_easy_strerror(code);
    return {.id = transfer.id,
            .answer = std::move(answer),
            .connections = narrow<std::uint64_t>(connections)};
}

Error bad_url(const std::string& url, const std::string& found) {
    return misfit_error(Code::invalid, "encoder " + url, found,
                        "http://host or https://host, with a port and a path or none");
}

bool has_part(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    const CURLUcode code = curl_url_get(url, part, &text, 0);
    const std::unique_ptr<char, TextDeleter> owned(text);
    return code == CURLUE_OK;
}

}  // namespace

class HttpPool::Impl {
  public:
    explicit Impl(const Options& options) : options_(options), multi_(curl_multi_init()) {}
    Impl(const Impl&) = delete;
    ~Impl() {
        for (const auto& [easy, transfer] : transfers_)
            curl_multi_remove_handle(multi_.get(), easy);
    }

    bool set_up() {
        if (multi_ == nullptr) return false;
        const long connections = narrow<long>(options_.connections_max);
        curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
        curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
        curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, connections);
        return true;
    }

    void start(std::uint64_t id, HttpCall call) {
        auto transfer = std::make_unique<Transfer>();
        transfer->id = id;
        transfer->call = std::move(call);
        transfer->easy.reset(curl_easy_init());
        CURL* const easy = transfer->easy.get();
        QR_CHECK(easy != nullptr);
        qr::set_up(*transfer, options_);
        QR_CHECK(curl_multi_add_handle(multi_.get(), easy) == CURLM_OK);
        transfers_.emplace(easy, std::move(transfer));
    }

    std::vector<Finished> wait(Duration at_most) {
        std::vector<Finished> finished = perform();
        if (!finished.empty()) return finished;
        const auto time =
            std::chrono::ceil<std::chrono::milliseconds>(std::clamp(at_most, Duration{}, kWaitMax));
        curl_multi_poll(multi_.get(), nullptr, 0, narrow<int>(time.count()), nullptr);
        return perform();
    }

    void wake() noexcept { curl_multi_wakeup(multi_.get()); }

  private:
    std::vector<Finished> perform() {
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        std::vector<Finished> finished;
        int left = 0;
        while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL* const easy = message->easy_handle;
            const CURLcode code = message->data.result;  // gone with the handle
            const auto place = transfers_.find(easy);
            curl_multi_remove_handle(multi_.get(), easy);
            finished.push_back(finish(*place->second, code));
            transfers_.erase(place);
        }
        return finished;
    }

    const Options options_;
    const std::unique_ptr<CURLM, MultiDeleter> multi_;
    std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
};

HttpPool::HttpPool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpPool::~HttpPool() = default;

Result<std::unique_ptr<HttpPool>> HttpPool::make(const Options& options) {
    auto impl = initialise() ? std::make_unique<Impl>(options) : nullptr;
    if (impl == nullptr || !impl->set_up())
        return Error{.code = Code::unavailable, .message = "libcurl cannot be set up"};
    return std::unique_ptr<HttpPool>(new HttpPool(std::move(impl)));
}

void HttpPool::start(std::uint64_t id, HttpCall call) {
    impl_->start(id, std::move(call));
}

std::vector<HttpPool::Finished> HttpPool::wait(Duration at_most) {
    return impl_->wait(at_most);
}

void HttpPool::wake() noexcept {
    impl_->wake();
}

Result<void> check_service_url(const std::string& url) {
    const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
    const bool is_web = url.starts_with("http://") || url.starts_with("https://");
    if (parsed == nullptr || !is_web ||
        curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return bad_url(url, "no such URL");
    // Not shown: what stands there is secret.
    if (has_part(parsed.get(), CURLUPART_USER) || has_part(parsed.get(), CURLUPART_PASSWORD))
        return bad_url("URL", "credentials; a key has its own setting");
    if (has_part(parsed.get(), CURLUPART_QUERY) || has_part(parsed.get(), CURLUPART_FRAGMENT))
        return bad_url(url, "a query or a fragment");
    return {};
}

}  // namespace qr
