#include "server/app/server_state.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(ServerState, StartsStartingAndHoldsWhatItWasSetTo) {
    ServerState state;
    EXPECT_EQ(state.get(), State::starting);
    state.set(State::draining);
    EXPECT_EQ(state.get(), State::draining);
    EXPECT_EQ(to_string(state.get()), "draining");
}

}  // namespace
}  // namespace qr
