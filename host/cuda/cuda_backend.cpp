#include "host/cuda/cuda_backend.h"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include "host/base/check.h"
#include "host/cuda/nvml.h"
#include "host/cuda/status.h"
#include "kernels/math/amplitude.h"

namespace qr::cuda {
namespace {

constexpr std::size_t kPageBytes = 4096;
const SteadyClock kClock;

void check(const ScoreTask& task) {
    QR_CHECK(task.queries.rows >= 1 && task.documents.rows >= 1);
    QR_CHECK(task.queries.dimension >= 1 && task.queries.dimension <= math::kDimensionMax);
    QR_CHECK(task.queries.dimension == task.documents.dimension);
}

std::span<std::byte> bytes_of(const PinnedMemory* memory) {
    if (memory == nullptr) return {};
    return {memory->data(), memory->bytes()};
}

// "NVIDIA L4", "2 x NVIDIA L4", "NVIDIA L4, NVIDIA A2": equal ones together.
std::string counted(const std::vector<std::string>& names) {
    std::string text;
    for (auto name = names.begin(); name != names.end(); ++name) {
        if (std::find(names.begin(), name, *name) != name) continue;
        const auto count = std::count(name, names.end(), *name);
        text += text.empty() ? "" : ", ";
        text += count == 1 ? *name : std::to_string(count) + " x " + *name;
    }
    return text;
}

std::string distinct(const std::vector<std::string>& names) {
    std::string text;
    for (auto name = names.begin(); name != names.end(); ++name) {
        if (std::find(names.begin(), name, *name) != name) continue;
        text += (text.empty() ? "" : ", ") + *name;
    }
    return text;
}

Result<std::shared_ptr<const PinnedMemory>> make_staging(std::size_t bytes) {
    if (bytes == 0) return std::shared_ptr<const PinnedMemory>();
    const std::size_t rounded = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
    Result<PinnedMemory> memory = make_pinned_memory(rounded);
    if (!memory.ok()) return memory.error();
    return std::shared_ptr<const PinnedMemory>(std::make_shared<PinnedMemory>(std::move(*memory)));
}

}  // namespace

std::size_t CudaBackend::Device::planned_bytes() const {
    std::size_t bytes = 0;
    for (const std::unique_ptr<Lane>& lane : lanes)
        bytes += lane->device_bytes();
    return bytes;
}

Result<std::unique_ptr<CudaBackend>> CudaBackend::make(const CudaOptions& options) {
    const Result<std::vector<DeviceInfo>> found = visible_devices();
    if (!found.ok()) return found.error();
    Result<std::shared_ptr<const PinnedMemory>> staging = make_staging(options.staging_bytes);
    if (!staging.ok()) return staging.error();
    std::vector<Device> devices;
    std::optional<Error> first_error;
    for (const DeviceInfo& info : *found) {
        Device device{.info = info};
        Result<void> ready = set_up(device, options, bytes_of(staging->get()));
        if (!ready.ok()) {
            device = {.info = info, .error = ready.error().message};
            if (!first_error.has_value()) first_error = std::move(ready).error();
        }
        devices.push_back(std::move(device));
    }
    const bool is_any_ready =
        std::ranges::any_of(devices, [](const Device& device) { return !device.lanes.empty(); });
    if (!is_any_ready) return *first_error;
    return std::unique_ptr<CudaBackend>(
        new CudaBackend(std::move(*staging), std::move(devices), options.watches_conditions));
}

Result<void> CudaBackend::set_up(Device& device, const CudaOptions& options,
                                 std::span<const std::byte> page_locked) {
    const auto named = [&](Error error) {
        error.message = "device " + std::to_string(device.info.index) + " (" + device.info.name +
                        "): " + error.message;
        return error;
    };
    for (std::size_t i = 0; i < kLanesOfADevice; ++i) {
        Result<std::unique_ptr<Lane>> lane =
            Lane::make(device.info.index, options.limits, page_locked);
        if (!lane.ok()) return named(lane.error());
        device.lanes.push_back(std::move(*lane));
    }
    const Result<LaneFigures> figures = device.lanes.front()->measure();
    if (!figures.ok()) return named(figures.error());
    device.figures = *figures;
    const Launching launching =
        options.launching.value_or(figures->uses_graphs ? Launching::graph : Launching::direct);
    for (const std::unique_ptr<Lane>& lane : device.lanes) {
        if (Result<void> set = lane->set_launching(launching); !set.ok()) return named(set.error());
    }
    return {};
}

CudaBackend::CudaBackend(std::shared_ptr<const PinnedMemory> staging, std::vector<Device> devices,
                         bool watches_conditions)
    : staging_(std::move(staging)),
      devices_(std::move(devices)),
      queue_(lanes_of(devices_)),
      monitor_(watches_conditions ? watch_devices(identities_of(devices_), kClock) : nullptr) {
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        if (devices_[i].lanes.empty()) queue_.lose(i, devices_[i].error);
    }
}

std::vector<DeviceIdentity> CudaBackend::identities_of(const std::vector<Device>& devices) {
    std::vector<DeviceIdentity> identities;
    for (const Device& device : devices)
        identities.push_back({.uuid = device.info.uuid, .pci_bus_id = device.info.pci_bus_id});
    return identities;
}

std::vector<std::size_t> CudaBackend::lanes_of(const std::vector<Device>& devices) {
    std::vector<std::size_t> lanes;
    for (const Device& device : devices)
        lanes.push_back(device.lanes.size());
    return lanes;
}

BackendCapabilities CudaBackend::capabilities() const {
    std::vector<std::string> names, instruction_sets;
    std::size_t lanes = 0;
    for (const Device& device : devices_) {
        if (device.lanes.empty()) continue;
        names.push_back(device.info.name);
        instruction_sets.push_back(device.info.instruction_set);
        lanes += device.lanes.size();
    }
    return {.device = counted(names),
            .instruction_set = distinct(instruction_sets),
            .threads = lanes,
            .lanes = lanes,
            .batch_multiply_adds_max = kBatchMultiplyAddsMax,
            .at_once_multiply_adds_max = 0};
}

Result<Scores> CudaBackend::score(const ScoreBatch& batch) {
    for (const ScoreTask& task : batch.tasks)
        check(task);
    const std::optional<LanePlace> place = queue_.take();
    if (!place.has_value()) return none_left();
    const LaneHold hold(queue_, *place);
    try {
        return score_on(*place, batch);
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory,
                     .message = "the batch needs more memory than this machine has left"};
    } catch (const std::length_error&) {
        return Error{.code = Code::out_of_memory,
                     .message = "the batch needs more memory than a process can hold"};
    }
}

Result<Scores> CudaBackend::score_on(const LanePlace& place, const ScoreBatch& batch) {
    const Device& device = devices_[place.device];
    Result<Scores> scores = device.lanes[place.lane]->score(batch);
    if (!scores.ok() && is_loss(scores.error())) queue_.lose(place.device, scores.error().message);
    return scores;
}

Error CudaBackend::none_left() const {
    return {.code = Code::unavailable,
            .message = "every CUDA device is lost until this process ends; the first said: " +
                       queue_.state(0).error,
            .reason = std::string(kDeviceLost)};
}

std::vector<DeviceReport> CudaBackend::devices() const {
    std::vector<DeviceReport> reports;
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        const Device& device = devices_[i];
        const LaneQueue::DeviceState state = queue_.state(i);
        DeviceReport report{.index = i,
                            .name = device.info.name,
                            .uuid = device.info.uuid,
                            .compute_capability = device.info.compute_capability,
                            .pci_bus_id = device.info.pci_bus_id,
                            .planned_bytes = device.planned_bytes(),
                            .lanes = device.lanes.size(),
                            .batches = state.batches,
                            .is_lost = state.is_lost,
                            .error = state.error,
                            .figures = device.figures};
        reports.push_back(monitor_ ? monitor_->completed(std::move(report)) : std::move(report));
    }
    return reports;
}

StagingMemory CudaBackend::staging() const {
    return {.bytes = bytes_of(staging_.get()), .keeps = staging_};
}

Result<std::unique_ptr<FidelityBackend>> make_cuda_backend(const ModuleOptions& options) {
    Result<std::unique_ptr<CudaBackend>> made =
        CudaBackend::make({.staging_bytes = options.staging_bytes, .watches_conditions = true});
    if (!made.ok()) return made.error();
    return std::unique_ptr<FidelityBackend>(std::move(*made));
}

}  // namespace qr::cuda
