#include "perf/host/cuda/plan.h"

#include <algorithm>

namespace qr::perf {
namespace {

constexpr const char* kHelp =
    R"(gpu_bench: measures the CUDA kernels and the CUDA backend on the first visible device.

  --probe         names the device and does nothing more
  --only LIST     some of ceilings,encode,search,collections,latency,
                  router; default: all
  --output FILE   of the JSON; default: standard output
  --cublas FILE   libcublas.so, where the loader does not find it; without it, no matrix rates
  --arrays DIR    writes what a peer needs to do the same search (.npy)
  --smoke         tiny sizes: for tests of the program itself
  --spoil GATE    flips a bit of that gate's answers, which it must notice: for tests

Before anything is timed its answer is compared with the CPU's, bit for bit where it is exact.
Exit status: 0 good (bars are in the JSON, met or missed), 1 a wrong answer or a failing device,
2 a wrong command line, 3 no CUDA device.
)";

Error wrong(std::string_view flag, std::string_view found, std::string_view allowed) {
    return {.code = Code::invalid,
            .message = std::string(flag) + ": '" + std::string(found) + "', allowed is " +
                       std::string(allowed)};
}

Result<std::vector<std::string>> read_sections(std::string_view list) {
    std::vector<std::string> sections;
    while (!list.empty()) {
        const std::string_view name = list.substr(0, list.find(','));
        list.remove_prefix(std::min(name.size() + 1, list.size()));
        if (std::ranges::find(kSections, name) == std::end(kSections))
            return wrong("--only", name, "ceilings, encode, search, collections, latency, router");
        sections.emplace_back(name);
    }
    return sections;
}

Result<void> read_value(std::string_view flag, const std::string& value, Plan& plan) {
    if (flag == "--only") {
        auto sections = read_sections(value);
        if (!sections.ok()) return sections.error();
        plan.sections = *std::move(sections);
    } else if (flag == "--output") {
        plan.output = value;
    } else if (flag == "--cublas") {
        plan.cublas = value;
    } else if (flag == "--arrays") {
        plan.arrays = value;
    } else if (flag == "--spoil") {
        plan.spoiled = value;
    } else {
        return wrong("argument", flag,
                     "--probe, --only, --output, --cublas, --arrays, --smoke, --spoil, --help");
    }
    return {};
}

}  // namespace

Sizes full_sizes() {
    return {.copy_bytes = std::size_t{256} << 20,
            .multiply_add_rounds = 1 << 14,
            .matrix_edge = 8192,
            .encode_rows = 1'000'000,
            .encode_dimension = 768,
            .encode_checked_rows = 1'000,
            .search = {64, 100'000, 768},
            .best = 10,
            .collections = {{64, 100'000, 768}, {64, 1'000'000, 768}, {64, 1'000'000, 384}},
            .collection_checked_rows = 2'000,
            .requests = {{1, 10, 768},
                         {1, 100, 768},
                         {1, 1'000, 768},
                         {8, 100, 768},
                         {8, 1'000, 768},
                         {64, 1'000, 768},
                         {64, 10'000, 768},
                         {512, 10'000, 768}},
            .crossovers = {{512, 100, 768}, {256, 1'000, 768}, {64, 10'000, 768}},
            .device = {100, 2.0},
            .request = {2'000, 3.0},
            .crossover = {50, 0.3}};
}

Sizes smoke_sizes() {
    return {.copy_bytes = 1 << 16,
            .multiply_add_rounds = 16,
            .matrix_edge = 32,
            .encode_rows = 40,
            .encode_dimension = 36,
            .encode_checked_rows = 7,
            .search = {5, 300, 40},
            .best = 10,
            .collections = {{8, 300, 40}},
            .collection_checked_rows = 200,
            .requests = {{1, 10, 40}, {3, 40, 40}},
            .crossovers = {{2, 30, 40}, {4, 64, 40}},
            .device = {3, 1.0},
            .request = {3, 1.0},
            .crossover = {3, 1.0}};
}

Result<Plan> parse_plan(std::span<const char* const> arguments) {
    Plan plan{.sizes = full_sizes(), .sections = {std::begin(kSections), std::end(kSections)}};
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string_view flag = arguments[i];
        if (flag == "--help") {
            plan.help = kHelp;
        } else if (flag == "--probe") {
            plan.is_probe = true;
        } else if (flag == "--smoke") {
            plan.is_smoke = true;
            plan.sizes = smoke_sizes();
        } else {
            const std::string value = i + 1 < arguments.size() ? arguments[i + 1] : "";
            if (Result<void> read = read_value(flag, value, plan); !read.ok()) return read.error();
            if (++i == arguments.size()) return wrong(flag, "", "a value behind it");
        }
    }
    return plan;
}

}  // namespace qr::perf
