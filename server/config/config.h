// Every setting of the server as a typed value; the initialisers here are the defaults.
//
// Names, ranges and words about each member stand in settings.cpp, once. Defaults that mirror a
// limit of another room (http::Limits, BatcherLimits, RerankLimits) are held equal to it by
// config_defaults_test. A member of unit bytes or milliseconds says so in its key.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/base/log_level.h"

namespace qr {

// The highest max_concurrent_requests: what is sized once for all that a reload may ask for.
inline constexpr std::size_t kConcurrentRequestsMax = 1'000'000;

struct Config {
    std::string hostname = "127.0.0.1";
    std::uint16_t port = 8080;

    std::string backend = "auto";
    std::size_t backend_threads = 0;
    std::chrono::milliseconds backend_timeout{500};
    std::string on_gpu_loss = "degrade";
    std::string cuda_module;
    std::size_t staging_bytes = std::size_t{64} << 20;
    std::size_t io_threads = 0;

    std::string encoder = "embedded";
    std::size_t encoder_threads = 1;
    std::string encoder_api = "auto";
    std::string encoder_model;
    std::vector<std::string> encoder_api_key;
    std::string encoder_authorities_file;
    std::string encoder_query_prefix;
    std::string encoder_document_prefix;
    std::size_t encoder_dimensions = 0;
    std::chrono::milliseconds encoder_timeout{10'000};
    std::size_t encoder_batch_max = 0;
    std::size_t encoder_connections_max = 4;
    std::size_t encoder_queue_max = 100'000;
    std::size_t encoder_retry_percent = 10;
    std::size_t encoder_cache_bytes_max = std::size_t{64} << 20;

    std::string data_dir;
    std::string encryption_key_file;
    std::string store_sync = "commit";
    std::size_t store_cache_bytes = std::size_t{64} << 20;
    std::size_t store_write_buffer_bytes = std::size_t{64} << 20;
    std::string snapshot_dir;
    std::string collection_engine = "auto";
    std::size_t collection_threads = 0;
    std::size_t collection_memory_bytes = 0;
    std::size_t collections_max = 1'000;
    std::size_t collection_writers = 8;
    std::size_t search_queue_max = 512;

    std::size_t payload_limit = std::size_t{64} << 20;
    std::size_t stream_bytes_max = 0;
    std::size_t max_concurrent_requests = 512;
    std::size_t max_client_batch_size = 10'000;
    std::size_t max_client_queries = 512;
    std::size_t max_client_pairs = 5'120'000;
    std::chrono::milliseconds default_timeout{30'000};

    std::size_t queue_rows_max = 1'000'000;
    std::size_t queue_bytes_max = std::size_t{1} << 30;
    std::size_t queue_delay_max_us = 0;
    std::size_t max_tenant_share_percent = 75;
    std::size_t shed_percent = 90;
    std::size_t cached_bytes_max = std::size_t{64} << 20;

    std::size_t connections_max = 1024;
    std::size_t head_bytes_max = 16 * 1024;
    std::size_t fields_max = 64;
    std::size_t expansion_ratio_max = 100;
    std::chrono::milliseconds head_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds read_timeout{10'000};
    std::chrono::milliseconds write_timeout{10'000};
    std::size_t rate_min_bytes_per_s = 16 * 1024;
    std::chrono::milliseconds rate_grace{10'000};

    std::chrono::milliseconds canary_interval{250};
    std::chrono::milliseconds watchdog_timeout{10'000};
    std::chrono::milliseconds drain_delay{0};
    std::chrono::milliseconds shutdown_timeout{30'000};

    std::vector<std::string> api_key;
    std::vector<std::string> cors_allow_origin;
    LogLevel log_level = LogLevel::info;

    friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace qr
