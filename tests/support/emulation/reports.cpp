#include "tests/support/emulation/reports.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "tests/support/emulation/emulation.h"

namespace qr::emulation {
namespace {

constexpr std::size_t kReportsMax = 20;

struct State {
    std::mutex mutex;
    Settings settings = settings_from_environment();
    std::vector<std::string> reports;
    std::map<std::string, cudaError_t> failures;
    std::map<std::string, std::size_t> calls;
    cudaError_t error = cudaSuccess;
};

State& state() {
    static State& state = *new State;
    return state;
}

thread_local cudaError_t last_error = cudaSuccess;
thread_local bool is_in_host_function = false;

unsigned long number_from(const char* name, unsigned long otherwise = 0) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

std::string text_from(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? "" : text;
}

}  // namespace

Settings settings_from_environment() {
    const Settings plain;
    const auto progress = std::min(number_from("EMU_DEFER"), 2UL);
    return {.order = static_cast<unsigned>(number_from("EMU_SEED")),
            .workers = static_cast<unsigned>(std::max(number_from("EMU_WORKERS"), 1UL)),
            .progress = static_cast<Progress>(progress),
            .protects_memory = number_from("EMU_PROTECT") != 0,
            .devices = static_cast<int>(number_from("EMU_DEVICES", 1)),
            .memory_bytes = number_from("EMU_MEMORY", plain.memory_bytes),
            .loss_file = text_from("EMU_LOSS_FILE")};
}

const Settings& settings() {
    return state().settings;
}

void reset(const Settings& settings) {
    const std::lock_guard lock(state().mutex);
    state().settings = settings;
    state().reports.clear();
    state().failures.clear();
    state().error = cudaSuccess;
    last_error = cudaSuccess;
}

std::vector<std::string> take_reports() {
    const std::lock_guard lock(state().mutex);
    return std::exchange(state().reports, {});
}

void fail_next(const char* function, cudaError_t code) {
    const std::lock_guard lock(state().mutex);
    state().failures[function] = code;
}

std::map<std::string, std::size_t> take_calls() {
    const std::lock_guard lock(state().mutex);
    return std::exchange(state().calls, {});
}

void report(const std::string& text, cudaError_t code) {
    const std::lock_guard lock(state().mutex);
    if (state().error == cudaSuccess) state().error = code;
    auto& reports = state().reports;
    if (reports.size() == kReportsMax || std::count(reports.begin(), reports.end(), text) > 0)
        return;
    reports.push_back(text);
    std::fprintf(stderr, "emulation: %s\n", text.c_str());
}

cudaError_t device_error() {
    const std::lock_guard lock(state().mutex);
    const std::string& loss = state().settings.loss_file;
    if (state().error == cudaSuccess && !loss.empty() && access(loss.c_str(), F_OK) == 0)
        state().error = cudaErrorLaunchFailure;
    return state().error;
}

InHostFunction::InHostFunction() {
    is_in_host_function = true;
}

InHostFunction::~InHostFunction() {
    is_in_host_function = false;
}

cudaError_t take_failure(const char* function) {
    if (is_in_host_function) return cudaErrorNotPermitted;
    const std::lock_guard lock(state().mutex);
    ++state().calls[function];
    if (settings().devices == 0) return cudaErrorInsufficientDriver;
    const auto found = state().failures.find(function);
    if (found == state().failures.end()) return cudaSuccess;
    const cudaError_t code = found->second;
    state().failures.erase(found);
    return code;
}

cudaError_t note(cudaError_t code) {
    if (code != cudaSuccess && code != cudaErrorNotReady) last_error = code;
    return code;
}

}  // namespace qr::emulation

extern "C" cudaError_t cudaPeekAtLastError() {
    const cudaError_t sticky = qr::emulation::device_error();
    return sticky != cudaSuccess ? sticky : qr::emulation::last_error;
}

extern "C" cudaError_t cudaGetLastError() {
    const cudaError_t code = cudaPeekAtLastError();
    qr::emulation::last_error = cudaSuccess;
    return code;
}
