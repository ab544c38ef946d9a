// ingest: files of documents into a collection of a server, in batches, with what it takes to go on
// after a break.
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "server/cli/commands.h"
#include "server/cli/ingest_progress.h"
#include "server/cli/ingest_run.h"
#include "server/cli/server_url.h"
#include "server/cli/settings_options.h"

namespace qr::cli {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kBarColumns = 30;
constexpr std::chrono::milliseconds kRedraw{200};  // on a terminal
constexpr std::chrono::seconds kLine{5};           // elsewhere

struct IngestOptions {
    explicit IngestOptions(CLI::App& command)
        : settings(command, {"hostname", "port", "api_key", "default_timeout_ms"}) {}
    SettingsOptions settings;
    std::vector<std::string> files;
    std::string url;
    std::string collection;
    BatchOptions batches;
    IngestLimits limits;
    std::string state;
    bool is_resumed = false;
};

// Draws over itself on a terminal, else writes a line now and then.
class ProgressView {
  public:
    ProgressView(Console& console, std::string file, IngestProgress begin)
        : console_(console), file_(std::move(file)), shown_(begin) {}

    void show(const IngestPlace& place) {
        const SteadyTime now = std::chrono::steady_clock::now();
        shown_.end = place.end;
        shown_.documents = place.documents;
        shown_.elapsed = now - begun_;
        const auto pause = console_.is_terminal ? std::chrono::milliseconds(kRedraw) : kLine;
        if (now - last_ < pause) return;
        last_ = now;
        draw(console_.is_terminal ? "" : "\n");
    }

    void finish() {
        shown_.elapsed = std::chrono::steady_clock::now() - begun_;
        draw("\n");
    }

  private:
    void draw(std::string_view end) {
        console_.err << (console_.is_terminal ? "\r" : "") << file_ << ' '
                     << progress_line(shown_, console_.is_terminal ? kBarColumns : 0)
                     << (console_.is_terminal ? "\x1b[K" : "") << end << std::flush;
    }

    Console& console_;
    const std::string file_;
    IngestProgress shown_;
    const SteadyTime begun_ = std::chrono::steady_clock::now();
    SteadyTime last_ = begun_;
};

int report_failure(Console& console, const std::string& file, const Error& error,
                   const std::string& note) {
    const bool is_usage = error.code == Code::not_found || error.code == Code::invalid ||
                          error.code == Code::conflict;
    fail(console, kUsage, file + ": " + error.message);
    if (is_usage) return kUsage;
    console.err << "quantumrerank: what is stored is noted in " << note
                << "; --resume goes on from there\n";
    return exit_code_of(error.code);
}

int ingest_file(const IngestOptions& options, const IngestTarget& target, const std::string& file,
                Console& console) {
    const std::string note = options.state.empty() ? file + ".ingest" : options.state;
    BatchOptions batching = options.batches;
    auto batches = open_batches(file, batching);
    if (!batches.ok()) return fail(console, kUsage, batches.error().message);
    const std::uint64_t size = (*batches)->size();
    IngestPlace begin{.size = size};
    if (options.is_resumed) {
        const Result<IngestPlace> noted = read_place(note, size);
        if (!noted.ok()) return fail(console, kUsage, noted.error().message);
        begin = *noted;
        batching.begin = begin.end;
        batches = open_batches(file, batching);
        if (!batches.ok()) return fail(console, kUsage, batches.error().message);
    }
    ProgressView view(console, file,
                      {.end = begin.end,
                       .size = size,
                       .documents = begin.documents,
                       .begun_at = begin.end,
                       .begun_with = begin.documents});
    const Result<void> sent =
        send_batches(**batches, target, options.limits, begin, [&](const IngestPlace& place) {
            view.show(place);
            return write_place(note, place);
        });
    view.finish();
    if (!sent.ok()) return report_failure(console, file, sent.error(), note);
    remove_place(note);
    return kGood;
}

int run_ingest(const IngestOptions& options, Console& console) {
    const auto config = options.settings.load_or_report(console);
    if (!config) return kUsage;
    if (!options.state.empty() && options.files.size() > 1) {
        return fail(console, kUsage, "--state: allowed with one file alone");
    }
    const std::string base = options.url.empty() ? local_url(*config) : options.url;
    IngestTarget target{
        .url = join_url(base, "/v1/collections/" + options.collection + "/documents"),
        .fields = {},
        .timeout = config->default_timeout};
    if (!config->api_key.empty()) {
        target.fields.push_back("Authorization: Bearer " + config->api_key.front());
    }
    for (const std::string& file : options.files) {
        const int code = ingest_file(options, target, file, console);
        if (code != kGood) return code;
    }
    return kGood;
}

}  // namespace

void add_ingest(CLI::App& app, Session& session) {
    CLI::App* command =
        app.add_subcommand("ingest", "Store the documents of files in a collection of a server");
    const auto options = std::make_shared<IngestOptions>(*command);
    command
        ->add_option("files", options->files,
                     ".jsonl or .ndjson (a document a line, BEIR's too), .npy, .safetensors")
        ->required();
    command->add_option("--collection", options->collection, "Collection, which must exist")
        ->required();
    command->add_option("--url", options->url,
                        "Server; default: hostname and port of the configuration");
    command->add_option("--ids", options->batches.ids_file,
                        "For vectors: a file with one id a line; else ids are row numbers");
    command->add_option("--id-prefix", options->batches.id_prefix, "Put before row numbers");
    command
        ->add_option("--batch", options->batches.documents,
                     "Documents in one request, which are stored or refused together")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command
        ->add_option("--connections", options->limits.connections,
                     "Requests under way at once; more hide the disk's latency")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command
        ->add_option("--attempts", options->limits.attempts,
                     "Of a batch, while the server is full (429) or away (503); in between, at "
                     "least as long as it asks for (Retry-After)")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    command->add_option("--state", options->state,
                        "Where it is noted what is stored; default: FILE.ingest");
    command->add_flag("--resume", options->is_resumed, "Go on from what is noted");
    command->callback(
        [options, &session] { session.exit_code = run_ingest(*options, session.console); });
}

}  // namespace qr::cli
