// The scan kernels beside the machine's own roofs: multiply-adds from registers, and reading.
//
// Each round of a benchmark takes both roofs and then the scan, so that a change of clock or a
// noisy neighbour meets all three; of each the best round counts, in CPU time of the one thread.
//   of_peak   multiply-adds of the scan, as a share of the register loop's
//   of_read   bytes of planes read once, as a share of the best reader's
// The bars of issue 7 are 0.88 of peak for 64 queries and 0.88 of reading for one, at 768 and 1024.
// The gate holds the estimates of a block to double arithmetic within what a kernel promises. With
// huge_pages the planes are of 2 MiB pages, without of 4 KiB.
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "host/collection/engine/cpu/scan_kernels.h"
#include "perf/gate.h"
#include "perf/host/collection/engine/machine_roofs.h"
#include "perf/micro.h"
#include "perf/result_hash.h"

namespace qr::perf {
namespace {

enum class Pages : std::uint8_t { small, huge };

struct Case {
    const cpu::ScanKernel* kernel;
    std::size_t dimension;
    std::size_t blocks;
    std::size_t queries;
    Pages pages;
};

// Memory in whole pages of the wanted size, written once.
class Region {
  public:
    Region(std::size_t size, Pages pages) : size_(size) {
        constexpr std::size_t kHuge = std::size_t{2} << 20;
        mapped_ = size + kHuge;
        base_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (base_ == MAP_FAILED) shut_gate("memory", "there is not enough");
        madvise(base_, mapped_, pages == Pages::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
        const auto address = reinterpret_cast<std::uintptr_t>(base_);
        data_ = static_cast<std::byte*>(base_) + (kHuge - address % kHuge) % kHuge;
        std::memset(data_, 0x11, size);
    }
    ~Region() { munmap(base_, mapped_); }
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;
    std::byte* data() const { return data_; }
    std::span<const std::byte> bytes() const { return {data_, size_}; }

  private:
    std::size_t size_;
    std::size_t mapped_ = 0;
    void* base_ = nullptr;
    std::byte* data_ = nullptr;
};

struct Tile {
    std::size_t count = 0;
    std::vector<cpu::PackedQuery> packed;
    std::unique_ptr<Region> bytes;
};

std::vector<float> random_numbers(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> number;
    std::vector<float> numbers(count);
    for (float& one : numbers)
        one = number(random);
    return numbers;
}

// Planes, tiles and weights of a case. Every block holds the same rows.
class Scan {
  public:
    explicit Scan(const Case& wanted)
        : case_(wanted),
          plane_bytes_(cpu::scan_plane_bytes(wanted.kernel->type, wanted.dimension)),
          planes_(plane_bytes_ * wanted.blocks, wanted.pages),
          rows_(random_numbers(kBlockRows * wanted.dimension, 1)),
          queries_(random_numbers(wanted.queries * wanted.dimension, 2)) {
        weights_.fill(1);
        nothing_.fill(std::numeric_limits<float>::infinity());
        cpu::pack_rows(case_.kernel->type, {rows_.data(), kBlockRows, case_.dimension}, 0,
                       planes_.data(), packed_);
        for (std::size_t b = 1; b < case_.blocks; ++b)
            std::memcpy(planes_.data() + b * plane_bytes_, planes_.data(), plane_bytes_);
        const std::size_t most = case_.kernel->queries_max;
        for (std::size_t q = 0; q < case_.queries; q += most)
            add_tile(q, std::min(most, case_.queries - q));
    }

    // A slice of the blocks with all queries, as the engine does it.
    void run(std::size_t slice) {
        const std::size_t end = (slice + 1) * case_.blocks / BestOfSlices::kSlices;
        for (std::size_t b = slice * case_.blocks / BestOfSlices::kSlices; b < end; ++b) {
            const std::size_t share = plane_bytes_ / tiles_.size() / 64 * 64;
            cpu::ScanBlock block = block_at(b);
            for (std::size_t t = 0; t < tiles_.size(); ++t) {
                if (b + 1 < case_.blocks)
                    block.upcoming = {block.plane + plane_bytes_ + t * share, share};
                scan(block, tiles_[t], nothing_);
            }
        }
    }

    std::string gate() {
        Thresholds all;
        all.fill(-std::numeric_limits<float>::infinity());
        ResultHash hash;
        std::size_t query = 0;
        for (const Tile& tile : tiles_) {
            scan(block_at(0), tile, all);
            for (std::size_t q = 0; q < tile.count; ++q, ++query) {
                for (std::size_t r = 0; r < kBlockRows; ++r)
                    hold(tile.packed[q], query, r, double{hits_.estimates[q][r]});
                hash.add(std::as_bytes(std::span(hits_.estimates[q])));
            }
        }
        return hash.text();
    }

    double multiply_adds() const {
        return static_cast<double>(case_.blocks * kBlockRows * case_.dimension * case_.queries);
    }
    double bytes() const { return static_cast<double>(plane_bytes_ * case_.blocks); }

  private:
    using Thresholds = std::array<float, cpu::kScanQueriesMax>;

    void add_tile(std::size_t first, std::size_t count) {
        const std::size_t d = case_.dimension;
        Tile tile{.count = count, .packed = {}, .bytes = nullptr};
        tile.bytes = std::make_unique<Region>(case_.kernel->tile_bytes(d, count), Pages::small);
        for (std::size_t q = 0; q < count; ++q)
            tile.packed.push_back(case_.kernel->pack_query(
                std::span(queries_).subspan((first + q) * d, d), q, count, tile.bytes->data()));
        tiles_.push_back(std::move(tile));
    }
    cpu::ScanBlock block_at(std::size_t b) const {
        return {.plane = planes_.data() + b * plane_bytes_,
                .weights = weights_.data(),
                .mask = ~std::uint32_t{0},
                .dimension = case_.dimension};
    }
    void scan(const cpu::ScanBlock& block, const Tile& tile, const Thresholds& thresholds) {
        case_.kernel->scan(
            block,
            {.queries = tile.bytes->data(), .count = tile.count, .thresholds = thresholds.data()},
            hits_);
        benchmark::DoNotOptimize(hits_);
    }
    void hold(const cpu::PackedQuery& query, std::size_t q, std::size_t r, double estimate) {
        const cpu::PackedRow& row = packed_[r];
        double exact = 0;
        for (std::size_t i = 0; i < case_.dimension; ++i)
            exact += query.scale * double{queries_[q * case_.dimension + i]} * row.scale *
                     double{rows_[r * case_.dimension + i]};
        const double allowed =
            case_.kernel->relative_error(case_.dimension) * query.norm * row.norm +
            query.residual * row.norm + (query.norm + query.residual) * row.residual;
        if (!(std::abs(estimate - exact) <= allowed))
            shut_gate(case_.kernel->name, "an estimate is further off than promised");
    }

    Case case_;
    std::size_t plane_bytes_;
    Region planes_;
    std::vector<float> rows_, queries_;
    std::array<cpu::PackedRow, kBlockRows> packed_;
    alignas(64) std::array<float, kBlockRows> weights_;
    Thresholds nothing_;
    std::vector<Tile> tiles_;
    cpu::ScanHits hits_;
};

// Far beyond any cache that a core shares with few others.
const Region& to_be_read(Sizes sizes, Pages pages) {
    static const std::size_t size =
        sizes == Sizes::smoke ? std::size_t{1} << 20 : std::size_t{512} << 20;
    static const Region small(size, Pages::small);
    static const Region huge(size, Pages::huge);
    return pages == Pages::huge ? huge : small;
}

void measure(benchmark::State& state, const Case& wanted, Sizes sizes) {
    Scan scan(wanted);
    Reading reading(to_be_read(sizes, wanted.pages).bytes());
    BestOfSlices best;
    double peak = 0;
    for (auto _ : state) {
        peak = std::max(peak, multiply_add_rate(wanted.kernel->name, wanted.kernel->type));
        reading.round();
        const double start = cpu_seconds();
        best.round([&](std::size_t slice) { scan.run(slice); });
        state.SetIterationTime(cpu_seconds() - start);
    }
    state.counters["scan_ms"] = best.seconds() * 1e3;
    state.counters["peak_gmads"] = peak * 1e-9;
    state.counters["read_gbs"] = reading.rate() * 1e-9;
    state.counters["of_read"] = scan.bytes() / best.seconds() / reading.rate();
    if (peak > 0) state.counters["of_peak"] = scan.multiply_adds() / best.seconds() / peak;
}

void add(const Case& wanted, Sizes sizes) {
    const std::string name = "scan/" + std::string(info(wanted.kernel->type).name) + "/" +
                             std::string(wanted.kernel->name) +
                             "/d=" + std::to_string(wanted.dimension) +
                             "/queries=" + std::to_string(wanted.queries) +
                             (wanted.pages == Pages::huge ? "/huge_pages" : "");
    Case first = wanted;
    first.blocks = 1;
    add_benchmark(name, Scan(first).gate(),
                  [=](benchmark::State& state) { measure(state, wanted, sizes); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(sizes == Sizes::smoke ? 1 : 12);
}

void prepare(Sizes sizes) {
    const std::size_t blocks = sizes == Sizes::smoke ? 32 : 3125;  // 100,000 rows
    const std::vector<std::size_t> dimensions =
        sizes == Sizes::smoke ? std::vector<std::size_t>{70}
                              : std::vector<std::size_t>{384, 768, 1024, 1536};
    for (const DtypeInfo& type : kDtypes) {
        for (const cpu::ScanKernel* kernel : cpu::scan_kernels(type.dtype)) {
            if (!kernel->is_supported()) continue;
            if (kernel->name == "scalar" && sizes == Sizes::full) continue;
            for (const std::size_t dimension : dimensions) {
                for (const std::size_t queries : {64U, 1U}) {
                    for (const Pages pages : {Pages::small, Pages::huge})
                        add({kernel, dimension, blocks, queries, pages}, sizes);
                }
            }
        }
    }
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
