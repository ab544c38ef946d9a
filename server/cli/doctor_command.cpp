// doctor: what this machine offers, and whether each backend computes what it should.
//
// A backend that this machine cannot run is no fault; one that runs and fails its self-test is.
#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/backend/backends.h"
#include "host/backend/cuda/examine.h"
#include "host/base/cpu_features.h"
#include "host/base/version.h"
#include "server/app/backend_options.h"
#include "server/cli/commands.h"
#include "server/cli/cpu_info.h"
#include "server/cli/cuda_section.h"
#include "server/cli/doctor_costs.h"
#include "server/cli/settings_options.h"

namespace qr::cli {
namespace {

constexpr std::string_view kCuda = "cuda";

struct DoctorOptions {
    explicit DoctorOptions(CLI::App& command)
        : settings(command, {"backend", "backend_threads", "cuda_module"}) {}
    SettingsOptions settings;
    std::string format = "text";
};

struct Finding {
    std::string_view name;
    std::string_view description;
    std::optional<BackendCapabilities> capabilities;  // absent: cannot run here
    std::optional<SelfTestReport> report;             // absent: failed, or not run
    std::string reason;                               // for either absence
};

// Everything that was found out.
struct Report {
    std::vector<Finding> backends;
    std::optional<CudaSection> cuda;  // absent: another backend was forced
    std::vector<MeasuredCosts> costs;
};

Finding examine(const BackendEntry& entry,
                const Result<std::unique_ptr<FidelityBackend>>& backend) {
    Finding finding{.name = entry.name, .description = entry.description};
    if (!backend) {
        finding.reason = backend.error().message;
        return finding;
    }
    finding.capabilities = (*backend)->capabilities();
    const Result<SelfTestReport> report = self_test(**backend);
    if (report) {
        finding.report = *report;
    } else {
        finding.reason = report.error().message;
    }
    return finding;
}

// The devices are asked last: they have then served the self-test.
void examine_cuda(const BackendEntry& entry, const BackendOptions& options, Report& report) {
    const cuda::Examination found = cuda::examine(options.cuda);
    report.backends.push_back(examine(entry, found.backend));
    report.cuda = CudaSection{.probe = found.probe, .finding = found.finding, .devices = {}};
    if (found.backend) report.cuda->devices = (*found.backend)->devices();
}

Report examine(const Config& config) {
    const BackendOptions options = backend_options_of(config);
    Report report;
    for (const BackendEntry& entry : backends()) {
        if (config.backend != "auto" && config.backend != entry.name) continue;
        if (entry.name == kCuda) {
            examine_cuda(entry, options, report);
        } else {
            report.backends.push_back(examine(entry, entry.make(options)));
        }
    }
    report.costs = measure_costs(backends(), config.backend, options);
    return report;
}

bool has_failed(const Finding& finding) {
    return finding.capabilities && !finding.report;
}

nlohmann::ordered_json to_json(const Finding& finding) {
    nlohmann::ordered_json json = {{"name", finding.name},
                                   {"description", finding.description},
                                   {"available", finding.capabilities.has_value()}};
    if (finding.capabilities) {
        json["device"] = finding.capabilities->device;
        json["instruction_set"] = finding.capabilities->instruction_set;
        json["threads"] = finding.capabilities->threads;
        json["self_test"]["passed"] = finding.report.has_value();
    }
    if (finding.report) {
        json["self_test"]["pairs"] = finding.report->pairs;
        json["self_test"]["max_abs_error"] = finding.report->max_abs_error;
        json["self_test"]["microseconds"] = finding.report->microseconds;
    }
    if (!finding.reason.empty()) json["reason"] = finding.reason;
    return json;
}

void print_json(const Report& report, std::ostream& out) {
    nlohmann::ordered_json json = {{"version", version()},
                                   {"commit", commit()},
                                   {"compiler", compiler()},
                                   {"build_type", build_type()},
                                   {"cpu",
                                    {{"model", cpu_model()},
                                     {"cores", usable_cores()},
                                     {"instruction_set", to_string(best_instruction_set())},
                                     {"avx2", is_supported(InstructionSet::avx2)},
                                     {"avx512", is_supported(InstructionSet::avx512)},
                                     {"avx512_vbmi", has_avx512_vbmi()}}}};
    for (const Finding& finding : report.backends)
        json["backends"].push_back(to_json(finding));
    if (report.cuda) json["cuda"] = to_json(*report.cuda);
    json["costs"] = costs_json(report.costs);
    out << json.dump(2) << '\n';
}

std::string figures(const SelfTestReport& report) {
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "self-test passed: %zu pairs, error %.1e, %.0f us",
                  report.pairs, report.max_abs_error, report.microseconds);
    return text.data();
}

void print_line(const Finding& finding, std::ostream& out) {
    std::string name(finding.name);
    constexpr std::size_t kNameColumns = 12;
    name.resize(std::max(name.size(), kNameColumns), ' ');
    out << "  " << name << "  ";
    if (!finding.capabilities) {
        // The section above says why, and what to do.
        const bool is_told = finding.name == kCuda;
        out << "not available" << (is_told ? "" : ": " + finding.reason) << '\n';
        return;
    }
    const BackendCapabilities& found = *finding.capabilities;
    out << found.device << ", " << found.instruction_set << ", " << found.threads
        << (found.threads == 1 ? " thread; " : " threads; ")
        << (finding.report ? figures(*finding.report) : "SELF-TEST FAILED: " + finding.reason)
        << '\n';
}

void print_text(const Report& report, std::ostream& out) {
    const auto word = [](bool value) { return value ? "yes" : "no"; };
    out << "quantumrerank " << version() << ", commit " << commit() << ", " << compiler() << ", "
        << build_type() << "\ncpu       " << cpu_model() << ", " << usable_cores()
        << " cores usable\nfeatures  AVX2 " << word(is_supported(InstructionSet::avx2))
        << ", AVX-512 " << word(is_supported(InstructionSet::avx512)) << ", AVX-512 VBMI "
        << word(has_avx512_vbmi()) << '\n';
    if (report.cuda) print(*report.cuda, out);
    out << "backends, best first\n";
    for (const Finding& finding : report.backends)
        print_line(finding, out);
    print_costs(report.costs, out);
}

int run_doctor(const DoctorOptions& options, Console& console) {
    const auto config = options.settings.load_or_report(console);
    if (!config) return kUsage;
    const Report report = examine(*config);
    options.format == "json" ? print_json(report, console.out) : print_text(report, console.out);
    if (std::ranges::any_of(report.backends, has_failed)) return kCheckFailed;
    const bool can_serve = std::ranges::any_of(
        report.backends, [](const Finding& finding) { return finding.capabilities.has_value(); });
    return can_serve ? kGood : kBackendUnavailable;
}

}  // namespace

void add_doctor(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "doctor", "CPU features and every backend's self-test; exit 1 when one fails");
    const auto options = std::make_shared<DoctorOptions>(*command);
    command->add_option("--format", options->format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    command->callback(
        [options, &session] { session.exit_code = run_doctor(*options, session.console); });
}

}  // namespace qr::cli
