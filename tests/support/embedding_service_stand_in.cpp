#include "tests/support/embedding_service_stand_in.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/base/check.h"

namespace qr::test {
namespace {

using Json = nlohmann::json;

std::string print_base64(const std::vector<float>& values) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<unsigned char> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto at = [&](std::size_t j) { return j < bytes.size() ? bytes[j] : 0U; };
        const unsigned bits = at(i) << 16U | at(i + 1) << 8U | at(i + 2);
        text += kAlphabet[bits >> 18U];
        text += kAlphabet[bits >> 12U & 63U];
        text += i + 1 < bytes.size() ? kAlphabet[bits >> 6U & 63U] : '=';
        text += i + 2 < bytes.size() ? kAlphabet[bits & 63U] : '=';
    }
    return text;
}

std::vector<float> vector_of(const std::string& text, std::size_t dimension) {
    std::uint32_t hash = 2166136261;  // FNV-1a
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    std::vector<float> values(dimension);
    for (float& value : values) {
        hash = hash * 1664525 + 1013904223;
        value = static_cast<float>(hash >> 8) * 0x1.0p-24F;
    }
    return values;
}

bool send_all(int connection, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool read_more(int connection, std::string& received) {
    std::array<char, 65536> chunk;
    const ssize_t got = ::recv(connection, chunk.data(), chunk.size(), 0);
    if (got > 0) received.append(chunk.data(), static_cast<std::size_t>(got));
    return got > 0;
}

std::string print(const EmbeddingServiceStandIn::Deed& deed) {
    return "HTTP/1.1 " + std::to_string(deed.status) + " Stand-In\r\n" + deed.fields +
           "Content-Length: " + std::to_string(deed.body.size()) + "\r\n\r\n" + deed.body;
}

}  // namespace

EmbeddingServiceStandIn::EmbeddingServiceStandIn(Form form)
    : form_(form), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    QR_CHECK(::bind(listener_, generic, size) == 0);
    QR_CHECK(::listen(listener_, 16) == 0);
    QR_CHECK(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

EmbeddingServiceStandIn::~EmbeddingServiceStandIn() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
        is_held_ = false;
        for (const int connection : connections_)
            ::shutdown(connection, SHUT_RDWR);
    }
    changed_.notify_all();
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : threads_)
        thread.join();
    for (const int connection : connections_)
        ::close(connection);
    ::close(listener_);
}

std::vector<float> EmbeddingServiceStandIn::vector_of(const std::string& text) {
    return test::vector_of(text, kDimension);
}

void EmbeddingServiceStandIn::next(Deed deed) {
    const std::lock_guard lock(mutex_);
    deeds_.push_back(std::move(deed));
}

void EmbeddingServiceStandIn::always(std::optional<Deed> deed) {
    const std::lock_guard lock(mutex_);
    always_ = std::move(deed);
}

void EmbeddingServiceStandIn::next_info(Deed deed) {
    const std::lock_guard lock(mutex_);
    info_deeds_.push_back(std::move(deed));
}

void EmbeddingServiceStandIn::refuse(const std::string& text) {
    const std::lock_guard lock(mutex_);
    refused_ = text;
}

void EmbeddingServiceStandIn::set_dimension(std::size_t dimension) {
    const std::lock_guard lock(mutex_);
    dimension_ = dimension;
}

void EmbeddingServiceStandIn::hold() {
    const std::lock_guard lock(mutex_);
    is_held_ = true;
}

void EmbeddingServiceStandIn::release() {
    {
        const std::lock_guard lock(mutex_);
        is_held_ = false;
    }
    changed_.notify_all();
}

void EmbeddingServiceStandIn::await_calls(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_.size() >= count; });
}

std::vector<EmbeddingServiceStandIn::Request> EmbeddingServiceStandIn::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

std::size_t EmbeddingServiceStandIn::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_.size();
}

std::size_t EmbeddingServiceStandIn::infos() const {
    const std::lock_guard lock(mutex_);
    return infos_;
}

void EmbeddingServiceStandIn::accept_all() {
    while (true) {
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        const std::lock_guard lock(mutex_);
        connections_.push_back(connection);
        if (is_ending_) return;
        threads_.emplace_back([this, connection] { serve(connection); });
    }
}

void EmbeddingServiceStandIn::serve(int connection) {
    std::string received;
    Request request;
    while (read_request(connection, received, request)) {
        const Deed deed = answer(std::exchange(request, {}));
        if (deed.drops || !send_all(connection, print(deed))) break;
    }
    ::shutdown(connection, SHUT_RDWR);  // closed with the stand-in
}

bool EmbeddingServiceStandIn::read_request(int connection, std::string& received,
                                           Request& request) const {
    std::size_t end = 0;
    while ((end = received.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more(connection, received)) return false;
    }
    request.head = received.substr(0, end + 2);
    received.erase(0, end + 4);
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t at = request.head.find(kLength);
    const std::size_t size =
        at == std::string::npos
            ? 0
            : std::strtoull(request.head.c_str() + at + kLength.size(), nullptr, 10);
    while (received.size() < size) {
        if (!read_more(connection, received)) return false;
    }
    request.body = received.substr(0, size);
    received.erase(0, size);
    return true;
}

EmbeddingServiceStandIn::Deed EmbeddingServiceStandIn::answer(Request request) {
    if (request.head.starts_with("POST /v1/embeddings ") && form_ != Form::tei)
        return answer_vectors(std::move(request));
    if (request.head.starts_with("POST /embed ") && form_ == Form::tei)
        return answer_vectors(std::move(request));
    if (!request.head.starts_with("GET /info ")) return {.status = 404, .body = "no such path"};
    const std::lock_guard lock(mutex_);
    ++infos_;
    if (!info_deeds_.empty()) {
        const Deed deed = std::move(info_deeds_.front());
        info_deeds_.pop_front();
        return deed;
    }
    if (form_ != Form::tei) return {.status = 404, .body = "no such path"};
    return {.body = Json{
                {"model_id", "stand-in/model"},
                {"max_client_batch_size", kBatchMax},
                {"max_input_length",
                 512}}.dump()};
}

EmbeddingServiceStandIn::Deed EmbeddingServiceStandIn::answer_vectors(Request request) {
    const Json asked = Json::parse(request.body);
    request.texts = asked.at(form_ == Form::tei ? "inputs" : "input");
    const std::vector<std::string> texts = request.texts;
    std::unique_lock lock(mutex_);
    calls_.push_back(std::move(request));
    std::optional<Deed> deed = always_;
    if (!deeds_.empty()) {
        deed = std::move(deeds_.front());
        deeds_.pop_front();
    }
    changed_.notify_all();
    changed_.wait(lock, [this] { return !is_held_; });
    if (deed) return *deed;
    if (!refused_.empty() && std::ranges::find(texts, refused_) != texts.end())
        return {.status = 422, .body = R"({"error":"a text that it refuses"})"};
    return {.body = print_vectors(texts)};
}

std::string EmbeddingServiceStandIn::print_vectors(const std::vector<std::string>& texts) const {
    Json list = Json::array();
    std::size_t tokens = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::vector<float> values = test::vector_of(texts[i], dimension_);
        tokens += texts[i].size();
        if (form_ == Form::tei) {
            list.push_back(values);
        } else if (form_ == Form::floats) {
            list.push_back({{"index", i}, {"embedding", values}});
        } else {
            list.push_back({{"index", i}, {"embedding", print_base64(values)}});
        }
    }
    if (form_ == Form::tei) return list.dump();
    return Json{{"data", list}, {"usage", {{"total_tokens", tokens}}}}.dump();
}

}  // namespace qr::test
