#include "tests/support/stand_in_devices.h"

#include <functional>
#include <map>
#include <sstream>

namespace qr::test {
namespace {

constexpr std::size_t kDevicesMax = 16;

using Words = std::vector<std::string>;
using Fill = std::function<void(DeviceReport&, const Words&)>;

std::uint64_t number(const Words& words, std::size_t at) {
    return at < words.size() ? std::stoull(words[at]) : 0;
}

unsigned small(const Words& words, std::size_t at) {
    return static_cast<unsigned>(number(words, at));
}

std::string joined(const Words& words) {
    std::string text;
    for (const std::string& word : words)
        text.append(text.empty() ? "" : " ").append(word);
    return text;
}

void fill_memory(DeviceReport& device, const Words& words) {
    device.condition.memory_total_bytes = number(words, 0);
    device.condition.memory_used_bytes = number(words, 1);
}

void fill_ecc(DeviceReport& device, const Words& words) {
    device.condition.ecc_corrected = number(words, 0);
    device.condition.ecc_uncorrected = number(words, 1);
}

void fill_xid(DeviceReport& device, const Words& words) {
    device.condition.xid_errors = number(words, 0);
    if (words.size() > 1) device.condition.last_xid = small(words, 1);
    if (words.size() > 2) device.condition.critical_xid = small(words, 2);
}

void fill_lost(DeviceReport& device, const Words& words) {
    device.is_lost = true;
    device.error = joined(words);
}

const std::map<std::string, Fill>& fills() {
    using D = DeviceReport;
    using W = Words;
    static const std::map<std::string, Fill> all = {
        {"name", [](D& device, const W& words) { device.name = joined(words); }},
        {"uuid", [](D& device, const W& words) { device.uuid = joined(words); }},
        {"mig", [](D& device, const W& words) { device.mig_profile = joined(words); }},
        {"capability",
         [](D& device, const W& words) { device.compute_capability = joined(words); }},
        {"planned", [](D& device, const W& words) { device.planned_bytes = number(words, 0); }},
        {"lanes", [](D& device, const W& words) { device.lanes = number(words, 0); }},
        {"batches", [](D& device, const W& words) { device.batches = number(words, 0); }},
        {"temperature",
         [](D& device, const W& words) { device.condition.temperature_celsius = small(words, 0); }},
        {"utilisation",
         [](D& device, const W& words) { device.condition.utilisation_percent = small(words, 0); }},
        {"power",
         [](D& device, const W& words) { device.condition.power_milliwatts = small(words, 0); }},
        {"throttle", [](D& device, const W& words) { device.condition.throttle_reasons = words; }},
        {"message", [](D& device, const W& words) { device.condition.message = joined(words); }},
        {"memory", fill_memory},
        {"ecc", fill_ecc},
        {"xid", fill_xid},
        {"lost", fill_lost},
    };
    return all;
}

}  // namespace

std::vector<DeviceReport> parse_devices(const std::string& text, TimePoint seen) {
    std::vector<DeviceReport> devices;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream stream(line);
        std::size_t index = 0;
        std::string key;
        if (!(stream >> index >> key) || index >= kDevicesMax) continue;
        Words words;
        for (std::string word; stream >> word;)
            words.push_back(word);
        while (devices.size() <= index)
            devices.push_back({.index = devices.size(), .seen = seen});
        const auto fill = fills().find(key);
        if (fill != fills().end()) fill->second(devices[index], words);
    }
    return devices;
}

}  // namespace qr::test
