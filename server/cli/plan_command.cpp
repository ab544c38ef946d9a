// plan: what a resident collection would take, before anybody makes it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/collection/engine/collection_engines.h"
#include "kernels/math/amplitude.h"
#include "server/cli/commands.h"
#include "server/cli/scan_plan.h"

namespace qr::cli {
namespace {

constexpr std::string_view kHere = "here";
constexpr std::uint64_t kRowsMax = 100'000'000'000;

struct PlanOptions {
    std::uint64_t rows = 1'000'000;
    std::size_t dimension = 768;
    std::string storage = "float32";
    std::string scan = "auto";
    std::size_t queries = kSearchQueriesMax;
    std::size_t k = 10;
    std::size_t threads = 0;
    std::string device = std::string(kHere);
    std::string format = "text";
};

std::vector<std::string> devices() {
    std::vector<std::string> names{std::string(kHere)};
    for (const DeviceSheet& sheet : device_sheets())
        names.emplace_back(sheet.name);
    return names;
}

PlanQuestion question_of(const PlanOptions& options) {
    PlanQuestion question{
        .rows = options.rows,
        .layout = {.dimension = options.dimension, .storage = *find_dtype(options.storage)},
        .queries = options.queries,
        .k = options.k};
    if (options.scan != "auto") question.layout.scan = find_dtype(options.scan);
    return question;
}

Result<ScanPlan> plan_for(const PlanOptions& options, const PlanQuestion& question) {
    const auto sheets = device_sheets();
    const auto sheet = std::ranges::find(sheets, options.device, &DeviceSheet::name);
    if (sheet != sheets.end()) return sheet_plan(*sheet, question);
    const Result<std::unique_ptr<CollectionEngine>> engine =
        make_collection_engine("auto", {.threads = options.threads});
    if (!engine.ok()) return engine.error();
    return measure_plan(**engine, question);
}

// Three digits with the unit that keeps them short.
std::string in_unit(double value, std::span<const std::pair<double, const char*>> units) {
    auto unit = units.begin();
    while (unit + 1 != units.end() && value < unit->first)
        ++unit;
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.3g %s", value / unit->first, unit->second);
    return text.data();
}

std::string bytes_text(double bytes) {
    constexpr std::array<std::pair<double, const char*>, 4> kUnits = {
        {{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}};
    return in_unit(bytes, kUnits);
}

std::string seconds_text(double seconds) {
    constexpr std::array<std::pair<double, const char*>, 3> kUnits = {
        {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}}};
    return in_unit(seconds, kUnits);
}

std::string rate_text(double rate) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), rate < 1000 ? "%.3g" : "%.0f", rate);
    return text.data();
}

void print_text(const ScanPlan& plan, const PlanQuestion& question, std::ostream& out) {
    const TableLayout& layout = plan.layout;
    const double bytes = plan.bytes(question.rows);
    const double pass = static_cast<double>(question.queries) / plan.pass_seconds;
    out << question.rows << " rows of " << layout.dimension << " numbers, stored as "
        << info(layout.storage).name << ", scanned as " << info(*layout.scan).name << ", on "
        << plan.where << '\n';
    out << "  memory       " << bytes_text(bytes) << " (" << plan.bytes_per_row << " bytes a row)";
    if (plan.capacity_bytes) {
        out << (bytes > *plan.capacity_bytes ? ", which does not fit into " : " of ")
            << bytes_text(*plan.capacity_bytes);
    }
    out << "\n  one query    " << seconds_text(plan.one_query_seconds) << " a scan, "
        << rate_text(1 / plan.one_query_seconds) << " queries/s\n  " << question.queries
        << " queries" << std::string(question.queries < 10 ? 4 : 3, ' ')
        << seconds_text(plan.pass_seconds) << " a scan, " << rate_text(pass) << " queries/s\n";
    if (plan.is_measured) {
        out << "measured here on " << plan.sample_rows << " rows, k " << question.k
            << ", every answer proven exact\n";
    } else {
        out << "at best, by the device's data sheet; nothing was measured\n";
    }
}

void print_json(const ScanPlan& plan, const PlanQuestion& question, std::ostream& out) {
    nlohmann::ordered_json json = {
        {"where", plan.where},
        {"measured", plan.is_measured},
        {"rows", question.rows},
        {"dimension", plan.layout.dimension},
        {"storage", info(plan.layout.storage).name},
        {"scan", info(*plan.layout.scan).name},
        {"bytes_per_row", plan.bytes_per_row},
        {"memory_bytes", plan.bytes(question.rows)},
        {"one_query_seconds", plan.one_query_seconds},
        {"queries", question.queries},
        {"pass_seconds", plan.pass_seconds},
        {"queries_per_second", static_cast<double>(question.queries) / plan.pass_seconds}};
    if (plan.is_measured) json["sample_rows"] = plan.sample_rows;
    if (plan.capacity_bytes) json["capacity_bytes"] = *plan.capacity_bytes;
    out << json.dump(2) << '\n';
}

int run_plan(const PlanOptions& options, Console& console) {
    const PlanQuestion question = question_of(options);
    const Result<ScanPlan> plan = plan_for(options, question);
    if (!plan.ok()) return fail(console, exit_code_of(plan.error().code), plan.error().message);
    if (options.format == "json") {
        print_json(*plan, question, console.out);
    } else {
        print_text(*plan, question, console.out);
    }
    return kGood;
}

}  // namespace

void add_plan(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "plan", "Memory and scan time of a resident collection, measured here or by a data sheet");
    const auto options = std::make_shared<PlanOptions>();
    command->add_option("--rows", options->rows, "Documents")
        ->check(CLI::Range(std::uint64_t{1}, kRowsMax))
        ->capture_default_str();
    command->add_option("--dimension", options->dimension, "Numbers of a vector")
        ->check(CLI::Range(std::size_t{1}, math::kDimensionMax))
        ->capture_default_str();
    command->add_option("--storage", options->storage, "What the collection stores")
        ->check(CLI::IsMember({"float32", "float16", "bfloat16"}))
        ->capture_default_str();
    command->add_option("--scan", options->scan, "What is scanned; auto: the engine's choice")
        ->check(CLI::IsMember({"auto", "float32", "float16", "bfloat16", "int8"}))
        ->capture_default_str();
    command->add_option("--queries", options->queries, "That share one scan")
        ->check(CLI::Range(std::size_t{1}, kSearchQueriesMax))
        ->capture_default_str();
    command->add_option("--k", options->k, "Hits of each")
        ->check(CLI::Range(std::size_t{1}, kTopKMax))
        ->capture_default_str();
    command->add_option("--threads", options->threads, "Of this machine; 0: one per core")
        ->capture_default_str();
    command->add_option("--device", options->device, "This machine, or a device by its data sheet")
        ->check(CLI::IsMember(devices()))
        ->capture_default_str();
    command->add_option("--format", options->format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    command->callback(
        [options, &session] { session.exit_code = run_plan(*options, session.console); });
}

}  // namespace qr::cli
