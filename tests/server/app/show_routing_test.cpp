#include "server/app/show_routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace qr {
namespace {

using testing::HasSubstr;

class ShowRouting : public testing::Test {
  protected:
    Metrics metrics_{{.version = "1"}};
};

TEST_F(ShowRouting, ShowsDecisionsTimesAndCostsOfBothSides) {
    RoutedStatus status;
    status[0] = {.costs = {.latency = 0.5, .staged_byte = 0.25},
                 .drift = 1.5,
                 .decisions = {0, 7, 0, 0, 1},
                 .estimated = std::chrono::seconds(3),
                 .actual = std::chrono::milliseconds(3'500)};
    status[1] = {.costs = {.pair = 0.125}, .decisions = {9, 0, 4, 2, 0}};
    show_routing(status, metrics_);
    const std::string text = metrics_.serialize();
    for (const char* line : {
             "qr_router_decisions_total{reason=\"faster\",side=\"device\"} 7\n",
             "qr_router_decisions_total{reason=\"refused\",side=\"device\"} 1\n",
             "qr_router_decisions_total{reason=\"small\",side=\"host\"} 9\n",
             "qr_router_decisions_total{reason=\"spilled\",side=\"host\"} 4\n",
             "qr_router_decisions_total{reason=\"lost\",side=\"host\"} 2\n",
             "qr_router_estimated_seconds_total{side=\"device\"} 3\n",
             "qr_router_actual_seconds_total{side=\"device\"} 3.5\n",
             "qr_router_cost_seconds{per=\"batch\",side=\"device\"} 0.5\n",
             "qr_router_cost_seconds{per=\"staged_byte\",side=\"device\"} 0.25\n",
             "qr_router_cost_seconds{per=\"pair\",side=\"host\"} 0.125\n",
             "qr_router_drift_ratio{side=\"device\"} 1.5\n",
         })
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(ShowRouting, ShowsTheStagingMemory) {
    show_staging({.bytes = 1024, .lent_bytes = 256, .misses = 3}, metrics_);
    const std::string text = metrics_.serialize();
    EXPECT_THAT(text, HasSubstr("qr_staging_bytes 256\n"));
    EXPECT_THAT(text, HasSubstr("qr_staging_bytes_limit 1024\n"));
    EXPECT_THAT(text, HasSubstr("qr_staging_misses_total 3\n"));
}

}  // namespace
}  // namespace qr
