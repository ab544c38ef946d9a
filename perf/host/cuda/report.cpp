#include "perf/host/cuda/report.h"

#include <nlohmann/json.hpp>

namespace qr::perf {

Report::Report() : json_(std::make_unique<nlohmann::ordered_json>()) {
    (*json_)["bars"] = nlohmann::ordered_json::array();
}

Report::~Report() = default;

void Report::add(std::string_view section, nlohmann::ordered_json figures) {
    (*json_)[std::string(section)] = std::move(figures);
}

void Report::bar(std::string_view what, std::optional<double> found, Limit limit, double bar,
                 std::string_view why) {
    nlohmann::ordered_json entry{{"what", what},
                                 {"found", nullptr},
                                 {"limit", limit == Limit::at_least ? "at least" : "at most"},
                                 {"bar", bar},
                                 {"met", nullptr}};
    if (found.has_value()) {
        entry["found"] = *found;
        entry["met"] = limit == Limit::at_least ? *found >= bar : *found <= bar;
    } else {
        entry["why"] = why;
    }
    (*json_)["bars"].push_back(std::move(entry));
}

}  // namespace qr::perf
