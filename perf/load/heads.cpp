#include "perf/load/heads.h"

namespace qr::load {
namespace {

std::vector<std::string> heads_of(const Plan& plan, const Request& request) {
    std::string common = request.method + " " + request.path + " HTTP/1.1\r\nHost: " + plan.host +
                         ":" + std::to_string(plan.port) + "\r\n";
    if (!plan.keeps_alive) common += "Connection: close\r\n";
    for (const std::string& header : request.headers)
        common += header + "\r\n";
    std::vector<std::string> heads;
    for (const std::string& body : request.bodies)
        heads.push_back(common + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    if (heads.empty()) heads.push_back(common + "\r\n");
    return heads;
}

}  // namespace

std::vector<std::vector<std::string>> heads_of(const Plan& plan) {
    std::vector<std::vector<std::string>> heads;
    for (const Request& request : plan.requests)
        heads.push_back(heads_of(plan, request));
    return heads;
}

}  // namespace qr::load
