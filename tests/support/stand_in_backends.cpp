#include "tests/support/stand_in_backends.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "tests/support/stand_in_devices.h"

namespace qr::test {
namespace {

using Kind = Fault::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 8> kWords = {{
    {"unavailable", Kind::unavailable},
    {"internal", Kind::internal},
    {"out_of_memory", Kind::out_of_memory},
    {"hang", Kind::hang},
    {"wrong", Kind::wrong},
    {"wrong_in_one", Kind::wrong_in_one},
    {"slow", Kind::slow},
    {"none", Kind::none},
}};

template <class Number>
Number number_or(std::string_view text, Number otherwise) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : otherwise;
}

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

Fault fault_in(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return parse_fault(line);
}

std::vector<DeviceReport> devices_in(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return parse_devices(text.str(), std::chrono::steady_clock::now());
}

Result<std::unique_ptr<FidelityBackend>> make_stand_in(const BackendOptions& options) {
    Result<std::unique_ptr<FidelityBackend>> cpu = make_backend("cpu", options);
    if (!cpu.ok()) return cpu;
    FaultyBackend::Options stand_in{.name = kStandInName};
    stand_in.lanes = number_or(variable("STAND_IN_LANES"), stand_in.lanes);
    stand_in.batch_multiply_adds_max =
        number_or(variable("STAND_IN_BATCH_MULTIPLY_ADDS"), stand_in.batch_multiply_adds_max);
    const std::string path = variable("STAND_IN_FAULT_FILE");
    if (!path.empty()) stand_in.fault = [path] { return fault_in(path); };
    const std::string devices = variable("STAND_IN_DEVICES_FILE");
    if (!devices.empty()) stand_in.devices = [devices] { return devices_in(devices); };
    return std::unique_ptr<FidelityBackend>(
        std::make_unique<FaultyBackend>(std::move(*cpu), std::move(stand_in)));
}

}  // namespace

Fault parse_fault(std::string_view line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, space);
    const std::string_view rest = line.substr(std::min(space + 1, line.size()));
    Fault fault;
    for (const auto& [name, kind] : kWords) {
        if (name == word) fault.kind = kind;
    }
    fault.delay = std::chrono::milliseconds(number_or<std::int64_t>(rest, 0));
    return fault;
}

const std::vector<BackendEntry>& stand_in_backends() {
    static const std::vector<BackendEntry> entries = [] {
        std::vector<BackendEntry> all = {
            {kStandInName, "test only: a CPU that fails as it is told", &make_stand_in}};
        all.insert(all.end(), backends().begin(), backends().end());
        return all;
    }();
    return entries;
}

}  // namespace qr::test
