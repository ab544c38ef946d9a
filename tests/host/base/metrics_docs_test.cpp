#include "host/base/metrics_docs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace qr {
namespace {

using testing::HasSubstr;

TEST(MetricsDocs, IsTheCommittedPage) {
    const char* root = std::getenv("QR_SOURCE_DIR");
    ASSERT_NE(nullptr, root) << "run by ctest, which names the source tree";
    std::ifstream file(std::string(root) + "/docs/METRICS.md");
    std::ostringstream committed;
    committed << file.rdbuf();
    EXPECT_EQ(print_metrics_docs(), committed.str())
        << "renew it: quantumrerank config metrics > docs/METRICS.md";
}

TEST(MetricsDocs, SaysWhatAFamilyIsAndHowToDrawIt) {
    const std::string page = print_metrics_docs();
    EXPECT_THAT(page, HasSubstr("| `qr_admission_refusals_total` | counter | requests | `reason`: "
                                "jobs, rows, bytes, tenant | Requests answered 429, by the limit "
                                "that they met. |\n"));
    EXPECT_THAT(page, HasSubstr("| Jobs waiting | `qr_queue_jobs` | `qr_queue_jobs` |\n"));
}

}  // namespace
}  // namespace qr
