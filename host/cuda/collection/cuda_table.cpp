#include "host/cuda/collection/cuda_table.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "host/collection/engine/table_layout.h"
#include "host/cuda/collection/cuda_view.h"
#include "host/cuda/device.h"
#include "host/cuda/status.h"

namespace qr::cuda {
namespace {

// Segments take more than half of last_bytes each, but for the few first ones.
std::size_t segments_max(const EngineCore& core) {
    constexpr std::size_t kFirstOnes = 40;
    return kFirstOnes +
           2 * (core.budget.bytes_max() / std::max<std::size_t>(core.segments.last_bytes, 1) + 1);
}

}  // namespace

TablePlanes::~TablePlanes() {
    static_cast<void>(use_device(core.device.index));
    core.budget.give_back(bytes);
}

Result<std::unique_ptr<Table>> CudaTable::make(EngineCore& core, const TableLayout& layout) {
    const Result<TablePlan> plan = plan_table(layout, core.segments);
    if (!plan.ok()) return plan.error();
    std::shared_ptr<TablePlanes> planes;
    auto made = core.on_stage([&](IngestStage& stage) -> Result<void> {
        Result<Plane> scan = Plane::make(plan->scan, segments_max(core));
        if (!scan.ok()) return scan.error();
        Result<Plane> truth = Plane::make(plan->truth, segments_max(core));
        if (!truth.ok()) return truth.error();
        Result<DeviceMemory> extremes = make_device_memory(sizeof(device::RowExtremes));
        if (!extremes.ok()) return extremes.error();
        auto cleared =
            checked("cudaMemsetAsync",
                    cudaMemsetAsync(extremes->data(), 0, extremes->bytes(), stage.stream()));
        if (!cleared.ok()) return cleared;
        planes = std::make_shared<TablePlanes>(core, *std::move(scan), *std::move(truth),
                                               *std::move(extremes));
        return {};
    });
    if (!made.ok()) return made.error();
    core.prepare(*plan);
    return std::unique_ptr<Table>(new CudaTable(core, *plan, std::move(planes)));
}

// Slots that nobody sees any more, then new ones. The lock is held.
std::vector<Slot> CudaTable::choose_slots(std::size_t count) const {
    std::vector<Slot> slots;
    slots.reserve(count);
    for (const Released& released : released_) {
        if (slots.size() == count || ledger_->lives_within(0, released.gone)) break;
        slots.push_back(released.slot);
    }
    for (std::size_t next = slots_; slots.size() < count; ++next)
        slots.push_back(narrow<Slot>(next));
    return slots;
}

Result<std::vector<Slot>> CudaTable::append(const RowBatch& batch) {
    const std::size_t count = batch.rows.rows;
    QR_CHECK(batch.rows.dimension == plan_.layout.dimension && batch.numbers.size() == count);
    if (count == 0) return std::vector<Slot>();
    std::vector<Slot> slots;
    auto done = core_.on_stage([&](IngestStage& stage) -> Result<void> {
        std::size_t slots_before = 0;
        {
            const std::lock_guard lock(mutex_);
            slots = choose_slots(count);
            slots_before = slots_;
        }
        const std::size_t end = std::max<std::size_t>(slots_before, slots.back() + std::size_t{1});
        if (auto grown = grow(stage, end); !grown.ok()) return grown;
        return fill(stage, batch, slots);
    });
    if (!done.ok()) return done.error();
    return slots;
}

// Takes what is missing of the budget, then of the device.
Result<void> CudaTable::grow(IngestStage& stage, std::size_t slots) {
    const std::size_t slots_max = core_.limits().mask_bytes * 8;
    if (slots > slots_max) {
        return Error{.code = Code::out_of_memory,
                     .message = "a table on a CUDA device: " + std::to_string(slots) +
                                " rows, allowed: " + std::to_string(slots_max),
                     .found = std::to_string(slots),
                     .allowed = std::to_string(slots_max)};
    }
    for (Plane* const plane : {&planes_->scan, &planes_->truth}) {
        const std::lock_guard lock(mutex_);  // views copy the list of segments
        const std::size_t bytes = plane->bytes_to(slots);
        if (!core_.budget.take(bytes))
            return no_table_memory(bytes, core_.budget.taken(), core_.budget.bytes_max());
        if (auto grown = plane->grow(slots, stage.stream()); !grown.ok()) {
            core_.budget.give_back(bytes);
            return grown;
        }
        planes_->bytes += bytes;
    }
    return {};
}

Result<void> CudaTable::fill(IngestStage& stage, const RowBatch& batch,
                             std::span<const Slot> slots) {
    auto* const extremes = reinterpret_cast<device::RowExtremes*>(planes_->extremes.data());
    auto done = stage.ingest(batch.rows, slots,
                             {.plan = &plan_,
                              .scan = planes_->scan.rows(),
                              .truth = planes_->truth.rows(),
                              .extremes = extremes});
    if (!done.ok()) return done;
    device::RowExtremes found;
    done = checked("cudaMemcpyAsync", cudaMemcpyAsync(&found, extremes, sizeof(found),
                                                      cudaMemcpyDeviceToHost, stage.stream()));
    if (done.ok()) done = checked("cudaStreamSynchronize", cudaStreamSynchronize(stage.stream()));
    if (!done.ok()) return done;
    const std::lock_guard lock(mutex_);
    std::size_t end = slots_;
    for (const Slot slot : slots)
        end = std::max<std::size_t>(end, slot + std::size_t{1});
    numbers_.reserve(end);
    in_use_.resize((end + 63) / 64);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        numbers_.set(slots[i], batch.numbers[i]);
        mark(slots[i], true);
    }
    const auto reused = std::ranges::count_if(slots, [&](Slot slot) { return slot < slots_; });
    released_.erase(released_.begin(), released_.begin() + reused);
    slots_ = end;
    extremes_ = found;
    return {};
}

void CudaTable::release(std::span<const Slot> slots) {
    const std::lock_guard lock(mutex_);
    for (const Slot slot : slots) {
        QR_CHECK(slot < slots_);
        mark(slot, false);
        released_.push_back({slot, ledger_->upcoming()});
    }
}

// Every slot is marked the other way round before: once a row, once a release.
void CudaTable::mark(Slot slot, bool is_in_use) {
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    QR_CHECK(((in_use_[slot / 64] & bit) != 0) != is_in_use);
    in_use_[slot / 64] ^= bit;
    in_use_seen_.reset();
}

std::shared_ptr<const TableView> CudaTable::view() const {
    const std::lock_guard lock(mutex_);
    if (in_use_seen_ == nullptr) in_use_seen_ = std::make_shared<const RowMask>(in_use_);
    const bool has_truth = plan_.kind == device::ScanKind::unit_rows;
    const Plane& truth = has_truth ? planes_->truth : planes_->scan;
    return std::make_shared<const CudaView>(RowsOnDevice{.plan = plan_,
                                                         .scan = planes_->scan.rows(),
                                                         .truth = truth.rows(),
                                                         .scan_segments = planes_->scan.segments(),
                                                         .truth_segments = truth.segments(),
                                                         .extremes = extremes_,
                                                         .slots = slots_,
                                                         .in_use = in_use_seen_},
                                            numbers_, planes_, ledger_);
}

TableMemory CudaTable::memory() const {
    const std::lock_guard lock(mutex_);
    return {.bytes = planes_->bytes,
            .bytes_per_row = plan_.bytes_per_row(),
            .step_bytes = planes_->scan.last_bytes() + planes_->truth.last_bytes()};
}

}  // namespace qr::cuda
