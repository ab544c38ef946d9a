#include "host/text/remote/service_info.h"

#include <simdjson.h>

#include <string_view>

namespace qr {
namespace {

std::size_t number_of(const simdjson::dom::element& root, std::string_view name) {
    std::uint64_t number = 0;
    const bool is_there = root[name].get_uint64().get(number) == simdjson::SUCCESS;
    return is_there ? number : 0;
}

}  // namespace

std::optional<ServiceInfo> read_service_info(const std::string& body) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::string_view model;
    if (parser.parse(body).get(root) != simdjson::SUCCESS) return std::nullopt;
    if (root["model_id"].get_string().get(model) != simdjson::SUCCESS) return std::nullopt;
    ServiceInfo info{.model = std::string(model),
                     .batch_max = number_of(root, "max_client_batch_size"),
                     .tokens_max = number_of(root, "max_input_length")};
    if (info.batch_max == 0) return std::nullopt;  // others have a model_id as well
    return info;
}

}  // namespace qr
