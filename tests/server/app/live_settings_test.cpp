#include "server/app/live_settings.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(LiveSettings, ASnapshotStaysAsItWasWhenItIsReplaced) {
    CurrentSettings current({.max_client_batch_size = 7, .shed_percent = 50});
    const CurrentSettings::Snapshot before = current.get();
    current.replace({.max_client_batch_size = 9, .default_timeout = std::chrono::milliseconds(5)});
    EXPECT_EQ(7U, before->limits.rerank.documents_max);
    EXPECT_EQ(7U, before->limits.parse.documents_max);
    EXPECT_EQ(50U, before->shed_percent);
    EXPECT_EQ(9U, current.get()->limits.rerank.documents_max);
    EXPECT_EQ(std::chrono::milliseconds(5), current.get()->limits.default_timeout);
}

TEST(LiveSettings, SayWhatAdmissionAllows) {
    const AdmissionLimits limits = admission_limits_of({.max_concurrent_requests = 10,
                                                        .queue_rows_max = 20,
                                                        .queue_bytes_max = 30,
                                                        .max_tenant_share_percent = 40,
                                                        .api_key = {"a", "b"}});
    EXPECT_EQ(10U, limits.jobs_max);
    EXPECT_EQ(20U, limits.rows_max);
    EXPECT_EQ(30U, limits.bytes_max);
    EXPECT_EQ(40U, limits.tenant_share_percent);
    EXPECT_EQ(2U, limits.tenants);
}

}  // namespace
}  // namespace qr
