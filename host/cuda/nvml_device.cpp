#include "host/cuda/nvml_device.h"

#include <array>
#include <string_view>
#include <utility>

namespace qr::cuda {
namespace {

using nvml::call;
using nvml::Status;

struct ClocksWord {
    unsigned long long bit;
    std::string_view word;
};
constexpr std::array kClocksWords = {
    ClocksWord{nvml::kClocksThermal, "thermal"},
    ClocksWord{nvml::kClocksHardwareThermal, "hardware_thermal"},
    ClocksWord{nvml::kClocksHardwareSlowdown, "hardware_slowdown"},
    ClocksWord{nvml::kClocksPowerBrake, "power_brake"},
    ClocksWord{nvml::kClocksPowerCap, "power_cap"},
    ClocksWord{nvml::kClocksSyncBoost, "sync_boost"},
};
constexpr unsigned long long kNoThrottling =
    nvml::kClocksIdle | nvml::kClocksSetByUser | nvml::kClocksDisplay;

template <std::size_t bytes>
std::string text_from(Status (*function)(nvml::Device, char*, unsigned), nvml::Device device) {
    std::array<char, bytes> text{};
    if (call(function, device, text.data(), static_cast<unsigned>(bytes)) != Status::success)
        return {};
    text.back() = '\0';
    return text.data();
}

std::optional<unsigned> number_from(Status (*function)(nvml::Device, unsigned*),
                                    nvml::Device device) {
    unsigned number = 0;
    if (call(function, device, &number) != Status::success) return std::nullopt;
    return number;
}

// "GPU-" and the digits: what a MIG instance's UUID looks like to a CUDA program.
std::string as_mig_uuid(const std::string& uuid) {
    constexpr std::string_view kWhole = "GPU-";
    return uuid.starts_with(kWhole) ? "MIG-" + uuid.substr(kWhole.size()) : std::string();
}

bool is_mig_on(const nvml::Api& api, nvml::Device board) {
    unsigned current = 0;
    unsigned pending = 0;
    return call(api.mig_mode, board, &current, &pending) == Status::success &&
           current == nvml::kMigEnabled;
}

void read_instance(const nvml::Api& api, NvmlDevice& device) {
    if (number_from(api.is_mig_device, device.handle).value_or(0) == 0) {
        if (is_mig_on(api, device.handle))
            device.note = "the MIG instance was not found: the figures are the whole device's";
        return;
    }
    device.mig_profile = mig_profile_in(text_from<nvml::kNameBytes>(api.name, device.handle));
    device.gpu_instance = number_from(api.gpu_instance, device.handle);
    device.compute_instance = number_from(api.compute_instance, device.handle);
    nvml::Device board = nullptr;
    if (call(api.parent_of_mig_device, device.handle, &board) == Status::success)
        device.board = board;
}

// Asks for one figure after another until the device is found lost.
class Asking {
  public:
    explicit Asking(const NvmlLibrary& library) : library_(library) {}

    // Whether it succeeded. Nothing is called once the device is lost.
    template <class Function, class... Arguments>
    bool operator()(const char* what, Function* function, Arguments... arguments) {
        if (is_lost_) return false;
        const Status status = call(function, arguments...);
        if (status == Status::success) return true;
        is_lost_ = status == Status::gpu_is_lost;
        const bool is_unsupported =
            status == Status::not_supported || status == Status::function_not_found;
        if (!is_unsupported && (message_.empty() || is_lost_))
            message_ = std::string(what) + ": " + library_.describe(status);
        return false;
    }
    std::string take_message() { return std::move(message_); }

  private:
    const NvmlLibrary& library_;
    bool is_lost_ = false;
    std::string message_;
};

std::optional<unsigned> temperature_of(const nvml::Api& api, Asking& asks, nvml::Device board) {
    constexpr auto kSensor = nvml::TemperatureSensor::gpu;
    nvml::Temperature found{
        .version = nvml::version_of<nvml::Temperature>(1), .sensor = kSensor, .celsius = 0};
    if (asks("temperature", api.temperature, board, &found) && found.celsius >= 0)
        return static_cast<unsigned>(found.celsius);
    unsigned celsius = 0;
    if (asks("temperature", api.temperature_before, board, kSensor, &celsius)) return celsius;
    return std::nullopt;
}

void ask_memory(const nvml::Api& api, Asking& asks, nvml::Device device, DeviceCondition& found) {
    nvml::MemoryV2 memory{};
    memory.version = nvml::version_of<nvml::MemoryV2>(2);
    if (asks("memory", api.memory, device, &memory)) {
        found.memory_used_bytes = memory.used;
        found.memory_total_bytes = memory.total;
        return;
    }
    nvml::Memory before{};
    if (!asks("memory", api.memory_before, device, &before)) return;
    found.memory_used_bytes = before.used;
    found.memory_total_bytes = before.total;
}

std::optional<std::uint64_t> ecc_of(const nvml::Api& api, Asking& asks, nvml::Device board,
                                    nvml::EccError error) {
    unsigned long long count = 0;
    if (!asks("ECC errors", api.ecc_errors, board, error, nvml::EccCounter::since_driver_load,
              &count))
        return std::nullopt;
    return count;
}

std::vector<std::string> throttle_of(const nvml::Api& api, Asking& asks, nvml::Device board) {
    unsigned long long reasons = 0;
    if (!asks("clocks", api.clocks_reasons, board, &reasons) &&
        !asks("clocks", api.clocks_reasons_before, board, &reasons))
        return {};
    return words_of_clocks_reasons(reasons);
}

}  // namespace

std::vector<std::string> words_of_clocks_reasons(unsigned long long reasons) {
    std::vector<std::string> words;
    unsigned long long left = reasons & ~kNoThrottling;
    for (const ClocksWord& known : kClocksWords) {
        if ((left & known.bit) != 0) words.emplace_back(known.word);
        left &= ~known.bit;
    }
    if (left != 0) words.emplace_back("other");
    return words;
}

std::string mig_profile_in(const std::string& name) {
    constexpr std::string_view kMark = "MIG ";
    const std::size_t at = name.rfind(kMark);
    if (at == std::string::npos) return "unknown";
    const std::string profile = name.substr(at + kMark.size());
    return profile.empty() ? "unknown" : profile;
}

Result<NvmlDevice> find_device(const NvmlLibrary& library, const DeviceIdentity& identity) {
    const nvml::Api& api = library.api();
    NvmlDevice device;
    Status status = Status::not_found;
    const auto find = [&](Status (*function)(const char*, nvml::Device*), const std::string& by) {
        if (device.handle != nullptr || by.empty()) return;
        const Status found = call(function, by.c_str(), &device.handle);
        if (found != Status::success) device.handle = nullptr;
        if (found != Status::not_found && found != Status::invalid_argument) status = found;
    };
    find(api.handle_by_uuid, identity.uuid);
    find(api.handle_by_uuid, as_mig_uuid(identity.uuid));
    find(api.handle_by_pci_bus_id, identity.pci_bus_id);
    if (device.handle == nullptr)
        return Error{.code = status == Status::not_found ? Code::not_found : Code::unavailable,
                     .message = "NVML finds no device '" + identity.uuid + "' at '" +
                                identity.pci_bus_id + "': " + library.describe(status)};
    device.board = device.handle;
    read_instance(api, device);
    device.uuid = text_from<nvml::kUuidBytes>(api.uuid, device.handle);
    device.board_uuid = text_from<nvml::kUuidBytes>(api.uuid, device.board);
    return device;
}

DeviceCondition ask(const NvmlLibrary& library, const NvmlDevice& device) {
    const nvml::Api& api = library.api();
    Asking asks(library);
    DeviceCondition found;
    found.temperature_celsius = temperature_of(api, asks, device.board);
    ask_memory(api, asks, device.handle, found);
    nvml::Utilization utilization{};
    if (asks("utilisation", api.utilization, device.board, &utilization))
        found.utilisation_percent = utilization.gpu;
    unsigned milliwatts = 0;
    if (asks("power", api.power, device.board, &milliwatts)) found.power_milliwatts = milliwatts;
    found.ecc_corrected = ecc_of(api, asks, device.board, nvml::EccError::corrected);
    found.ecc_uncorrected = ecc_of(api, asks, device.board, nvml::EccError::uncorrected);
    found.throttle_reasons = throttle_of(api, asks, device.board);
    found.message = asks.take_message();
    if (found.message.empty()) found.message = device.note;
    return found;
}

}  // namespace qr::cuda
