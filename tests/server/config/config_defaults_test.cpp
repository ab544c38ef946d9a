// Config repeats no decision of another room: where it mirrors a limit, the two must be equal.
#include <gtest/gtest.h>

#include "host/batching/batcher.h"
#include "host/rerank/reranker.h"
#include "server/config/config.h"
#include "server/http/server.h"

namespace qr {
namespace {

TEST(ConfigDefaults, AreThoseOfTheHttpRoom) {
    const Config config;
    const http::Limits limits;
    EXPECT_EQ(limits.body_bytes_max, config.payload_limit);
    EXPECT_EQ(limits.head_bytes_max, config.head_bytes_max);
    EXPECT_EQ(limits.fields_max, config.fields_max);
    EXPECT_EQ(limits.connections_max, config.connections_max);
    EXPECT_EQ(limits.expansion_ratio_max, config.expansion_ratio_max);
    EXPECT_EQ(limits.head_timeout, config.head_timeout);
    EXPECT_EQ(limits.idle_timeout, config.idle_timeout);
    EXPECT_EQ(limits.read_timeout, config.read_timeout);
    EXPECT_EQ(limits.write_timeout, config.write_timeout);
    EXPECT_EQ(limits.rate_min_bytes_per_s, config.rate_min_bytes_per_s);
    EXPECT_EQ(limits.rate_grace, config.rate_grace);
}

TEST(ConfigDefaults, AreThoseOfTheBatcherAndTheReranker) {
    const Config config;
    EXPECT_EQ(BatcherLimits{}.delay_max, std::chrono::microseconds(config.queue_delay_max_us));
    EXPECT_EQ(RerankLimits{}.documents_max, config.max_client_batch_size);
    EXPECT_EQ(RerankLimits{}.queries_max, config.max_client_queries);
    EXPECT_EQ(RerankLimits{}.pairs_max, config.max_client_pairs);
}

}  // namespace
}  // namespace qr
