#include "server/config/reload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/setting.h"

namespace qr::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Reload, TakesOverLiveSettingsAndDefersTheOthers) {
    Config running;
    running.port = 1;
    Config loaded;
    loaded.port = 2;
    loaded.payload_limit = 4096;
    loaded.queue_rows_max = 7;
    loaded.api_key = {"hush"};
    loaded.log_level = LogLevel::error;
    const Reload result = reload(running, loaded);
    EXPECT_THAT(result.changed, ElementsAre("queue_rows_max", "api_key", "log_level"));
    EXPECT_THAT(result.deferred, ElementsAre("port", "payload_limit"));
    EXPECT_EQ(1, result.config.port);
    EXPECT_EQ(Config{}.payload_limit, result.config.payload_limit);
    EXPECT_EQ(7U, result.config.queue_rows_max);
    EXPECT_THAT(result.config.api_key, ElementsAre("hush"));
    EXPECT_EQ(LogLevel::error, result.config.log_level);
}

TEST(Reload, OfTheSameConfigurationChangesNothing) {
    const Reload result = reload({}, {});
    EXPECT_EQ(Config{}, result.config);
    EXPECT_THAT(result.changed, IsEmpty());
    EXPECT_THAT(result.deferred, IsEmpty());
}

TEST(Reload, IsForLimitsKeysAndTimesAndNotForWhatIsSizedAtTheStart) {
    for (const char* key :
         {"api_key", "cors_allow_origin", "log_level", "max_concurrent_requests", "queue_rows_max",
          "queue_bytes_max", "max_tenant_share_percent", "shed_percent", "max_client_batch_size",
          "max_client_queries", "max_client_pairs", "default_timeout_ms", "drain_delay_ms",
          "shutdown_timeout_ms"}) {
        EXPECT_EQ(Effect::live, find_setting(key)->effect) << key;
    }
    for (const char* key : {"hostname", "port", "backend", "io_threads", "payload_limit",
                            "cached_bytes_max", "connections_max", "head_bytes_max"}) {
        EXPECT_EQ(Effect::at_start, find_setting(key)->effect) << key;
    }
}

}  // namespace
}  // namespace qr::config
