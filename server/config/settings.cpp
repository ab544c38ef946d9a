// The table itself. Help texts state the effect, the trade and, where there is one, a rule of
// thumb.
#include <algorithm>
#include <array>
#include <cstddef>

#include "server/config/setting.h"

namespace qr::config {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::uint64_t kMillisecondsMax = 86'400'000;  // a day: longer is a mistyped unit
constexpr std::size_t kWordMax = 256;
constexpr std::size_t kPathMax = 4096;

bool is_visible(char c) {
    return c > ' ' && c < 0x7f;
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= kWordMax && std::ranges::all_of(text, is_visible);
}

bool is_key(std::string_view text) {
    return is_word(text) && text != kSecretMask;
}

bool is_origin(std::string_view text) {
    return text == "*" || (is_word(text) && text.find("://") != std::string_view::npos);
}

bool is_module_path(std::string_view text) {
    return text.empty() ||
           (text.front() == '/' && text.size() <= kPathMax &&
            std::ranges::all_of(text, [](char c) { return c == ' ' || is_visible(c); }));
}

bool is_url(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

bool is_encoder(std::string_view text) {
    if (text == "embedded" || text == "none") return true;
    if (is_url(text)) return is_word(text);
    return !text.empty() && is_module_path(text);
}

bool is_encoder_api(std::string_view text) {
    return text == "auto" || text == "openai" || text == "tei";
}

bool is_model_name(std::string_view text) {
    return text.empty() || is_word(text);
}

bool is_prefix(std::string_view text) {
    return text.size() <= kWordMax &&
           std::ranges::all_of(text, [](char c) { return c == ' ' || is_visible(c); });
}

bool is_store_sync(std::string_view text) {
    return text == "commit" || text == "never";
}

bool is_gpu_loss_action(std::string_view text) {
    return text == "degrade" || text == "exit";
}

constexpr Setting number(std::string_view key, Member member, std::uint64_t lowest,
                         std::uint64_t highest, std::string_view help) {
    return {.key = key, .member = member, .help = help, .lowest = lowest, .highest = highest};
}

constexpr Setting bytes(std::string_view key, Member member, std::uint64_t lowest,
                        std::uint64_t highest, std::string_view help) {
    Setting setting = number(key, member, lowest, highest, help);
    setting.unit = Unit::bytes;
    return setting;
}

constexpr Setting words(std::string_view key, Member member, bool (*is_allowed)(std::string_view),
                        std::string_view allowed, std::string_view help) {
    return {
        .key = key, .member = member, .help = help, .is_allowed = is_allowed, .allowed = allowed};
}

constexpr Setting secret(Setting setting) {
    setting.secrecy = Secrecy::secret;
    return setting;
}

constexpr Setting live(Setting setting) {
    setting.effect = Effect::live;
    return setting;
}

constexpr std::array kSettings = {
    words("hostname", &Config::hostname, is_word, "an address or a host name, up to 256 characters",
          "Address to listen on. 0.0.0.0 serves every network of the machine; set api_key then."),
    number("port", &Config::port, 0, 65'535, "TCP port; 0 takes a free one and logs it."),
    words("backend", &Config::backend, is_word, "auto, or a backend that `doctor` lists",
          "What scores; auto takes the fastest that this machine can run."),
    number("backend_threads", &Config::backend_threads, 0, 1024,
           "Threads of a CPU backend; 0 is one per core. Fewer leave cores to the neighbours."),
    number("backend_timeout_ms", &Config::backend_timeout, 10, kMillisecondsMax,
           "How long a device may take over one batch, in milliseconds; then the CPU scores it and "
           "the device counts as lost until it answers again. Several times its longest batch."),
    words("on_gpu_loss", &Config::on_gpu_loss, is_gpu_loss_action, "degrade or exit",
          "When a device is lost: degrade serves on from the CPU and says so; exit ends the "
          "process with 3, for supervisors that start it elsewhere."),
    words(
        "cuda_module", &Config::cuda_module, is_module_path,
        "an absolute path in ASCII, or nothing",
        "The shared object with the CUDA backend; empty: where the package quantumrerank-cuda put "
        "it."),
    bytes("staging_bytes", &Config::staging_bytes, 0, 16 * kGiB,
          "Page-locked memory that requests are parsed into, so that a device reads them without a "
          "copy between; 0: none. Rule of thumb: the bodies of the requests in progress. Only used "
          "with a device."),
    number("io_threads", &Config::io_threads, 0, 256,
           "Threads that read and write sockets and parse; 0 is one per core, at most 8."),
    words("encoder", &Config::encoder, is_encoder,
          "embedded, none, an absolute path of a Model2Vec folder, or an http(s) URL",
          "What turns texts into vectors: the small model inside the program, a Model2Vec folder, "
          "or an embedding service that speaks OpenAI's API or text-embeddings-inference's. none: "
          "texts are refused."),
    number("encoder_threads", &Config::encoder_threads, 1, 64,
           "Threads that encode large requests here; small ones are encoded where they were read. "
           "Not used with a service."),
    words("encoder_api", &Config::encoder_api, is_encoder_api, "auto, openai or tei",
          "How the embedding service is asked; auto asks its /info first. This and the settings "
          "below matter with a service alone."),
    words("encoder_model", &Config::encoder_model, is_model_name,
          "up to 256 visible ASCII characters, or nothing",
          "The model that the embedding service is asked for."),
    secret(words("encoder_api_key", &Config::encoder_api_key, is_key,
                 "a key of 1..256 visible ASCII characters, other than ***",
                 "The embedding service's key, sent as `Authorization: Bearer`; the first counts. "
                 "Prefer file or environment.")),
    words("encoder_authorities_file", &Config::encoder_authorities_file, is_module_path,
          "an absolute path in ASCII, or nothing",
          "Certificates (PEM) that the service's https is verified with, for a private authority; "
          "empty: the system's."),
    words("encoder_query_prefix", &Config::encoder_query_prefix, is_prefix,
          "up to 256 printable ASCII characters",
          "Put before every query, for models that were trained so: `query: ` for E5."),
    words("encoder_document_prefix", &Config::encoder_document_prefix, is_prefix,
          "up to 256 printable ASCII characters",
          "Put before every document, likewise: `passage: ` for E5."),
    number("encoder_dimensions", &Config::encoder_dimensions, 0, 65'536,
           "Length of vector that the service is asked for; 0: the model's own. Only models that "
           "were trained for it may be cut."),
    number("encoder_timeout_ms", &Config::encoder_timeout, 1, kMillisecondsMax,
           "How long one call of the service may take, in milliseconds; a request's own deadline "
           "may end it sooner."),
    number("encoder_batch_max", &Config::encoder_batch_max, 0, 10'000,
           "Texts in one call; 0: what the service says it takes, else 32 for "
           "text-embeddings-inference and 256 for OpenAI's API."),
    number("encoder_connections_max", &Config::encoder_connections_max, 1, 256,
           "Calls under way at once. More hide the network's latency and fill smaller batches."),
    number("encoder_queue_max", &Config::encoder_queue_max, 1, 10'000'000,
           "Texts that may wait for the service; a request beyond them is answered 429."),
    number("encoder_retry_percent", &Config::encoder_retry_percent, 0, 100,
           "How many calls may be repeated after a failure, in percent of all calls: what keeps a "
           "failing service from being asked ever more."),
    bytes("encoder_cache_bytes_max", &Config::encoder_cache_bytes_max, 0, 1024 * kGiB,
          "Vectors kept by their text, so that the service is not asked twice; 0: none. Rule of "
          "thumb: 4 bytes a dimension and the text, times the texts in circulation."),
    words("data_dir", &Config::data_dir, is_module_path, "an absolute path in ASCII, or nothing",
          "Folder of the collections, which survive a restart there; empty: no collections. One "
          "server at a time may use it."),
    words(
        "encryption_key_file", &Config::encryption_key_file, is_module_path,
        "an absolute path in ASCII, or nothing",
        "File with the key (32 bytes, or as 64 hexadecimal digits) that collections are encrypted "
        "with on the disk, readable by its owner alone; empty: not encrypted. Without it they "
        "cannot be read again."),
    words("store_sync", &Config::store_sync, is_store_sync, "commit or never",
          "When a write is on the disk for good: commit, before it is answered; never, when the "
          "system likes, which is faster and loses the last seconds with the machine's power."),
    bytes("store_cache_bytes", &Config::store_cache_bytes, kMiB, 1024 * kGiB,
          "Blocks of documents' texts and tags kept in memory. Vectors are there anyway."),
    bytes("store_write_buffer_bytes", &Config::store_write_buffer_bytes, 4 * kMiB, 64 * kGiB,
          "Writes gathered in memory before they are sorted into files. More makes ingesting "
          "smoother and start-up after a crash longer."),
    words("snapshot_dir", &Config::snapshot_dir, is_module_path,
          "an absolute path in ASCII, or nothing",
          "Folder that collections are exported to and imported from; empty: neither."),
    words("collection_engine", &Config::collection_engine, is_word, "auto, cpu, cuda or reference",
          "What holds and searches collections; auto takes the first of the others that this "
          "machine can run. cuda needs an NVIDIA device and the package quantumrerank-cuda; "
          "reference is slow, for comparison."),
    number("collection_threads", &Config::collection_threads, 0, 1024,
           "Threads that one search may use; 0 is one per core."),
    bytes("collection_memory_bytes", &Config::collection_memory_bytes, 0, 64 * 1024 * kGiB,
          "Memory that the vectors of all collections may take; a write beyond it is answered 507. "
          "0: what the machine has. Rule of thumb: what is left beside the rest of the server."),
    number("collections_max", &Config::collections_max, 1, 100'000,
           "Collections there may be; one more is answered 429."),
    number("collection_writers", &Config::collection_writers, 1, 256,
           "Threads that read and write collections for requests. Writes that wait together share "
           "one sync of the disk: more of them ingest faster from many clients."),
    number("search_queue_max", &Config::search_queue_max, 1, 1'000'000,
           "Searches waiting or under way; further ones are answered 429."),
    bytes("payload_limit", &Config::payload_limit, kKiB, 16 * kGiB,
          "Largest request body, as sent and, if compressed, once expanded; of NDJSON the longest "
          "line."),
    bytes("stream_bytes_max", &Config::stream_bytes_max, 0, 64 * 1024 * kGiB,
          "Largest NDJSON body of documents, as sent and, if compressed, once expanded. It is "
          "stored while it arrives and never held whole. 0: any."),
    live(number(
        "max_concurrent_requests", &Config::max_concurrent_requests, 1, kConcurrentRequestsMax,
        "Requests in progress at once, waiting ones included; further ones are answered 429. "
        "Bounds waiting: the last of them is scored after all the others.")),
    live(number("max_client_batch_size", &Config::max_client_batch_size, 1, 1'000'000,
                "Documents in one request.")),
    live(number("max_client_queries", &Config::max_client_queries, 1, 100'000,
                "Queries in one request.")),
    live(number("max_client_pairs", &Config::max_client_pairs, 1, 1'000'000'000,
                "Queries times documents in one request: each pair takes 8 bytes of scores.")),
    live(
        number("default_timeout_ms", &Config::default_timeout, 1, kMillisecondsMax,
               "Deadline of a request that names none, in milliseconds; then it is answered 504.")),
    live(number(
        "queue_rows_max", &Config::queue_rows_max, 1, 1'000'000'000,
        "Documents of all requests in progress; once there are so many, further requests are "
        "answered 429.")),
    live(bytes(
        "queue_bytes_max", &Config::queue_bytes_max, kMiB, 1024 * kGiB,
        "Bodies of all requests in progress; one that would exceed it is answered 429, unless "
        "it is alone.")),
    number("queue_delay_max_us", &Config::queue_delay_max_us, 0, 1'000'000,
           "How long a job may wait for others to share its batch although the backend is free, in "
           "microseconds. A larger delay fills batches better and adds that much to the median "
           "latency of a calm server; a busy one fills them without it. Rule of thumb: 0, or half "
           "of one batch's run time on a device whose batches cost the same at any size."),
    live(number(
        "max_tenant_share_percent", &Config::max_tenant_share_percent, 1, 100,
        "How much of max_concurrent_requests one API key may hold while there are several keys; "
        "beyond it that key alone is answered 429.")),
    live(number("shed_percent", &Config::shed_percent, 1, 100,
                "How full max_concurrent_requests may be while the server is degraded before "
                "/health/ready turns 503, so that a load balancer sends less.")),
    bytes("cached_bytes_max", &Config::cached_bytes_max, 0, 1024 * kGiB,
          "Request buffers kept for reuse. More saves page faults under load and costs that much "
          "resident memory."),
    number("connections_max", &Config::connections_max, 1, 1'000'000,
           "Open connections; further ones are closed at once. Keep it below the limit of open "
           "files."),
    bytes("head_bytes_max", &Config::head_bytes_max, kKiB, kMiB,
          "Request line and header fields together."),
    number("fields_max", &Config::fields_max, 8, 1000, "Header fields of a request."),
    number("expansion_ratio_max", &Config::expansion_ratio_max, 1, 10'000,
           "How many times its size a gzip body may grow to."),
    number("head_timeout_ms", &Config::head_timeout, 1, kMillisecondsMax,
           "From the first to the last byte of a request's head, in milliseconds."),
    number("idle_timeout_ms", &Config::idle_timeout, 1, kMillisecondsMax,
           "Between two requests of a connection, in milliseconds. Keep it above that of a proxy "
           "in front, or the proxy meets closed connections."),
    number("read_timeout_ms", &Config::read_timeout, 1, kMillisecondsMax,
           "Between two reads of a body, in milliseconds."),
    number("write_timeout_ms", &Config::write_timeout, 1, kMillisecondsMax,
           "Between two writes of an answer, in milliseconds."),
    bytes("rate_min_bytes_per_s", &Config::rate_min_bytes_per_s, 0, kGiB,
          "Slowest transfer of a body or an answer, in bytes a second; 0 accepts any. Ends clients "
          "that drip bytes to hold a connection."),
    number("rate_grace_ms", &Config::rate_grace, 0, kMillisecondsMax,
           "How long a transfer may be slower than that, in milliseconds."),
    number("canary_interval_ms", &Config::canary_interval, 50, 60'000,
           "Between two checks of each backend with known states and known scores, in "
           "milliseconds: how soon an idle server notices a lost device."),
    number("watchdog_timeout_ms", &Config::watchdog_timeout, 0, kMillisecondsMax,
           "How long nothing may move (a batch, an event loop) or the server be failing before the "
           "process ends itself, in milliseconds, to be started anew; 0: never."),
    live(number(
        "drain_delay_ms", &Config::drain_delay, 0, kMillisecondsMax,
        "From SIGTERM to closing the port, not ready but still serving, in milliseconds: time "
        "for a load balancer to notice. Rule of thumb: two of its probe intervals.")),
    live(number("shutdown_timeout_ms", &Config::shutdown_timeout, 0, kMillisecondsMax,
                "How long requests in progress may take to finish after that, in milliseconds.")),
    live(secret(
        words("api_key", &Config::api_key, is_key,
              "keys of 1..256 visible ASCII characters, other than ***",
              "Keys of which a client must send one as `Authorization: Bearer`; none: open to "
              "everyone who can connect. Prefer file or environment: flags are visible in the "
              "process list."))),
    live(words("cors_allow_origin", &Config::cors_allow_origin, is_origin,
               "origins such as https://example.org, or *",
               "Origins whose pages may call from a browser.")),
    live(words("log_level", &Config::log_level, nullptr, "debug, info, warn, error, off",
               "Least severity that is logged; requests are info.")),
};

}  // namespace

std::span<const Setting> settings() {
    return kSettings;
}

const Setting* find_setting(std::string_view key) {
    const auto found = std::ranges::find(kSettings, key, &Setting::key);
    return found == kSettings.end() ? nullptr : &*found;
}

std::string environment_name(const Setting& setting) {
    std::string name = "QR_";
    for (const char c : setting.key)
        name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

std::string flag_name(const Setting& setting) {
    std::string name = "--" + std::string(setting.key);
    std::ranges::replace(name, '_', '-');
    return name;
}

}  // namespace qr::config
