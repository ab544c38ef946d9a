// What a run found: sections of figures, and bars that are met, missed or not measured.
//
// Every bar is a ratio of two figures of the same run, so that the machine's own speed cancels.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace qr::perf {

enum class Limit { at_least, at_most };

class Report {
  public:
    Report();
    ~Report();
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;

    void add(std::string_view section, nlohmann::ordered_json figures);
    // `found` is absent where something that it needs is; `why` then says what.
    void bar(std::string_view what, std::optional<double> found, Limit limit, double bar,
             std::string_view why = "");
    const nlohmann::ordered_json& json() const { return *json_; }

  private:
    std::unique_ptr<nlohmann::ordered_json> json_;
};

}  // namespace qr::perf
