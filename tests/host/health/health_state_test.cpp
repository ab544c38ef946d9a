#include "host/health/health_state.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(HealthState, HasAWordForEachState) {
    EXPECT_EQ("starting", to_string(HealthState::starting));
    EXPECT_EQ("ready", to_string(HealthState::ready));
    EXPECT_EQ("degraded", to_string(HealthState::degraded));
    EXPECT_EQ("draining", to_string(HealthState::draining));
    EXPECT_EQ("failing", to_string(HealthState::failing));
}

TEST(HealthState, ReadinessIsShedOnlyWhileDegradedAndAboveTheLimit) {
    const Occupancy full{.places_in_use = 100, .places_max = 100};
    const Occupancy at_limit{.places_in_use = 90, .places_max = 100};
    const Occupancy above{.places_in_use = 91, .places_max = 100};
    EXPECT_TRUE(is_ready(HealthState::ready, full, 90));
    EXPECT_TRUE(is_ready(HealthState::degraded, at_limit, 90));
    EXPECT_FALSE(is_ready(HealthState::degraded, above, 90));
    for (const HealthState state :
         {HealthState::starting, HealthState::draining, HealthState::failing})
        EXPECT_FALSE(is_ready(state, Occupancy{}, 90)) << to_string(state);
}

}  // namespace
}  // namespace qr
