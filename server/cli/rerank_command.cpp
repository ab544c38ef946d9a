// rerank: a query and a file of documents, or a native request, from a file or stdin; scored here
// or by a server, shown to people or passed on as JSON.
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "server/cli/commands.h"
#include "server/cli/http_client.h"
#include "server/cli/ranking_table.h"
#include "server/cli/rerank_local.h"
#include "server/cli/server_url.h"
#include "server/cli/settings_options.h"
#include "server/cli/text_request.h"

namespace qr::cli {
namespace {

struct RerankOptions {
    explicit RerankOptions(CLI::App& command)
        : settings(command,
                   {"backend", "backend_threads", "payload_limit", "max_client_batch_size",
                    "max_client_queries", "max_client_pairs", "default_timeout_ms", "api_key",
                    "encoder", "encoder_api", "encoder_model", "encoder_api_key",
                    "encoder_query_prefix", "encoder_document_prefix"}) {}
    SettingsOptions settings;
    std::string file = "-";
    TextRequest text;  // with an empty query: the file is a request
    std::string url;
    std::string format = "table";
    std::optional<std::size_t> header_length;
};

Result<std::string> read_all(std::istream& in, const std::string& name, std::size_t bytes_max) {
    constexpr std::size_t kStep = std::size_t{1} << 20;
    std::string text;
    while (in && text.size() <= bytes_max) {
        const std::size_t size = text.size();
        text.resize(size + kStep);
        in.read(text.data() + size, static_cast<std::streamsize>(kStep));
        text.resize(size + static_cast<std::size_t>(in.gcount()));
    }
    if (text.size() > bytes_max) {
        return Error{.code = Code::too_large,
                     .message = name + ": found more than " + std::to_string(bytes_max) +
                                " bytes, allowed: payload_limit"};
    }
    if (!in.eof()) {
        return Error{.code = Code::not_found,
                     .message = name + ": cannot be read: " + std::strerror(errno)};
    }
    return text;
}

Result<std::string> read_request(const std::string& file, std::size_t bytes_max, std::istream& in) {
    errno = 0;
    if (file == "-") return read_all(in, "standard input", bytes_max);
    std::ifstream stream(file, std::ios::binary);
    return read_all(stream, file, bytes_max);
}

Result<std::string> rerank_remote(const RerankOptions& options, const Config& config,
                                  std::string request) {
    HttpCall call{.url = join_url(options.url, "/v1/rerank"),
                  .fields = {"Content-Type: application/json"},
                  .body = std::move(request),
                  .timeout = config.default_timeout};
    if (options.header_length) {
        call.fields = {
            "Content-Type: application/octet-stream",
            "Inference-Header-Content-Length: " + std::to_string(*options.header_length)};
    }
    if (!config.api_key.empty())
        call.fields.push_back("Authorization: Bearer " + config.api_key[0]);
    Result<HttpAnswer> answer = exchange(call);
    if (!answer) return Error{.code = Code::internal, .message = answer.error().message};
    if (answer->status == 200) return std::move(answer->body);
    return Error{.code = Code::internal,
                 .message = call.url + ' ' + failure_text(answer->status, answer->body)};
}

Result<std::string> answer_to(const RerankOptions& options, const Config& config,
                              std::string request, const Console& console) {
    const bool is_table = options.format == "table";
    Result<std::string> answer =
        options.url.empty() ? rerank_local({.request = request,
                                            .header_length = options.header_length,
                                            .texts = is_table ? Texts::always : Texts::as_asked},
                                           config)
                            : rerank_remote(options, config, std::move(request));
    if (!answer || !is_table) return answer;
    return ranking_table(*answer, {.columns = console.columns, .is_coloured = console.is_coloured});
}

int run_rerank(const RerankOptions& options, Console& console) {
    const auto config = options.settings.load_or_report(console);
    if (!config) return kUsage;
    Result<std::string> request = read_request(options.file, config->payload_limit, console.in);
    if (!request) return fail(console, kUsage, request.error().message);
    if (!options.text.query.empty()) {
        const std::string name = options.file == "-" ? "standard input" : options.file;
        request = text_request(options.text, *request, name);
        if (!request) return fail(console, kUsage, request.error().message);
    }
    const Result<std::string> answer = answer_to(options, *config, *std::move(request), console);
    if (!answer) {
        const Error& error = answer.error();
        const std::string place = error.pointer.empty() ? "" : error.pointer + ": ";
        return fail(console, exit_code_of(error.code), place + error.message);
    }
    console.out << *answer;
    if (!answer->ends_with('\n')) console.out << '\n';
    return kGood;
}

}  // namespace

void add_rerank(CLI::App& app, Session& session) {
    CLI::App* command =
        app.add_subcommand("rerank", "Rank the documents of a request, here or by a server");
    const auto options = std::make_shared<RerankOptions>(*command);
    command
        ->add_option("file", options->file,
                     "With --query: documents, one a line; else the body of POST /v1/rerank. - "
                     "is standard input")
        ->capture_default_str();
    CLI::Option* const query =
        command->add_option("--query", options->text.query, "What the documents are ranked for");
    command->add_option("--top-n", options->text.top_n, "How many to show; 0: all")->needs(query);
    command->add_option("--method", options->text.method, "Scoring method; see docs/SCORING.md")
        ->needs(query);
    command->add_option("--url", options->url, "Server to ask; without it, this process scores");
    command->add_option("--format", options->format, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
    command
        ->add_option("--header-length", options->header_length,
                     "For a binary body: bytes of JSON before the tensors")
        ->excludes(query);
    command->callback(
        [options, &session] { session.exit_code = run_rerank(*options, session.console); });
}

}  // namespace qr::cli
