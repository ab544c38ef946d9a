#include "tests/support/stand_in_nvml/figures.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <sstream>

namespace stand_in_nvml {
namespace {

constexpr std::chrono::milliseconds kLookEvery{5};

std::atomic<int> starts{0};
char slots[kDevicesMax];

std::string path() {
    const char* const named = std::getenv("STAND_IN_NVML_FILE");
    return named == nullptr ? "" : named;
}

std::vector<std::vector<std::string>> lines() {
    std::vector<std::vector<std::string>> all;
    std::ifstream file(path());
    for (std::string line; std::getline(file, line);) {
        std::istringstream stream(line);
        std::vector<std::string> words;
        for (std::string word; stream >> word;)
            words.push_back(word);
        if (!words.empty()) all.push_back(std::move(words));
    }
    return all;
}

bool is_told_to_hang(const char* function) {
    for (const std::vector<std::string>& words : lines()) {
        if (words.size() == 2 && words[0] == "hang" && words[1] == function) return true;
    }
    return false;
}

void hang_while_told(const char* function) {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    while (is_told_to_hang(function))
        never.wait_for(lock, kLookEvery);
}

void note_call(const char* function) {
    for (const std::vector<std::string>& words : lines()) {
        if (words[0] == "calls")
            std::ofstream(path() + ".calls", std::ios::app) << function << '\n';
    }
}

}  // namespace

std::optional<std::vector<std::string>> find(int device, const std::string& key) {
    for (const std::vector<std::string>& words : lines()) {
        if (words.size() >= 2 && words[0] == std::to_string(device) && words[1] == key)
            return std::vector<std::string>(words.begin() + 2, words.end());
    }
    return std::nullopt;
}

std::optional<unsigned long long> number(int device, const std::string& key, std::size_t at) {
    const auto words = find(device, key);
    if (!words || words->size() <= at) return std::nullopt;
    return std::strtoull((*words)[at].c_str(), nullptr, 10);
}

std::string text(int device, const std::string& key) {
    std::string joined;
    for (const std::string& word : find(device, key).value_or(std::vector<std::string>{}))
        joined.append(joined.empty() ? "" : " ").append(word);
    return joined;
}

std::vector<Event> events() {
    std::vector<Event> all;
    for (const std::vector<std::string>& words : lines()) {
        if (words.size() < 3 || words[1] != "xid") continue;
        Event event{.device = std::atoi(words[0].c_str()),
                    .xid = std::strtoull(words[2].c_str(), nullptr, 10)};
        if (words.size() > 3) event.gpu_instance = static_cast<unsigned>(std::stoul(words[3]));
        if (words.size() > 4) event.compute_instance = static_cast<unsigned>(std::stoul(words[4]));
        all.push_back(event);
    }
    return all;
}

int enter(const char* function, int device) {
    note_call(function);
    hang_while_told(function);
    const bool is_start = std::strcmp(function, "nvmlInit_v2") == 0;
    if (!is_start && starts.load() == 0) return kUninitialized;
    for (const std::vector<std::string>& words : lines()) {
        const bool is_for_all = words.size() == 3 && words[0] == "fail" && words[2] == function;
        if (is_for_all) return std::atoi(words[1].c_str());
        const bool is_for_one = words.size() == 4 && words[0] == std::to_string(device) &&
                                words[1] == "fail" && words[3] == function;
        if (is_for_one) return std::atoi(words[2].c_str());
    }
    return kSuccess;
}

void set_started(bool is_started) {
    starts += is_started ? 1 : -1;
}

void* handle_of(int device) {
    return &slots[device];
}

int device_of(const void* handle) {
    return static_cast<int>(static_cast<const char*>(handle) - slots);
}

int copy(const std::string& text, char* out, unsigned bytes) {
    if (text.size() >= bytes) return kInsufficientSize;
    std::memcpy(out, text.c_str(), text.size() + 1);
    return kSuccess;
}

}  // namespace stand_in_nvml
