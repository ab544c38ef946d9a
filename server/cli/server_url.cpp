#include "server/cli/server_url.h"

#include <nlohmann/json.hpp>

#include "server/config/setting.h"

namespace qr::cli {
namespace {

// The member as text, or empty.
std::string text_at(const nlohmann::json& object, const char* key) {
    if (!object.is_object()) return "";
    const auto member = object.find(key);
    return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

}  // namespace

std::string local_url(const Config& config) {
    std::string host = config.hostname;
    if (host == "0.0.0.0") host = "127.0.0.1";
    if (host == "::") host = "::1";
    if (host.find(':') != std::string::npos) host = '[' + host + ']';
    return "http://" + host + ':' + std::to_string(config.port);
}

std::string join_url(std::string_view base, std::string_view path) {
    if (base.ends_with('/')) base.remove_suffix(1);
    return std::string(base) + std::string(path);
}

std::string failure_text(long status, std::string_view body) {
    const std::string answered = "answered " + std::to_string(status);
    const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (const std::string message = text_at(json, "message"); !message.empty())
        return answered + ": " + message;
    if (const std::string state = text_at(json, "status"); !state.empty())
        return answered + ": " + state;
    return body.empty() ? answered : answered + ": " + config::in_quotes(body);
}

}  // namespace qr::cli
