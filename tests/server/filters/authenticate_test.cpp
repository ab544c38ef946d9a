#include "server/filters/authenticate.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

http::Fields with(std::string authorization) {
    http::Fields fields;
    fields.add("authorization", std::move(authorization));
    return fields;
}

TEST(Authenticator, AsksForNothingWithoutKeys) {
    const Authenticator open({});
    EXPECT_FALSE(open.is_required());
    EXPECT_EQ(*open.tenant_of({}), "");
}

TEST(Authenticator, NamesTheTenantByTheKeysPlace) {
    const Authenticator keyed({"alpha", "beta"});
    EXPECT_EQ(*keyed.tenant_of(with("Bearer beta")), "key-2");
    EXPECT_EQ(*keyed.tenant_of(with("bearer alpha")), "key-1");
}

TEST(Authenticator, RefusesWhatIsNoKey) {
    const Authenticator keyed({"alpha"});
    for (const char* bad : {"Bearer", "Bearer ", "Bearer alph", "Bearer alphaa", "Bearer ALPHA",
                            "Basic alpha", "alpha", "Bearer  alpha"}) {
        const Result<std::string> tenant = keyed.tenant_of(with(bad));
        ASSERT_FALSE(tenant.ok()) << bad;
        EXPECT_EQ(tenant.error().code, Code::unauthenticated) << bad;
    }
    EXPECT_EQ(keyed.tenant_of({}).error().message,
              "this server needs an API key: send 'Authorization: Bearer <key>'");
}

TEST(Authenticator, NeverRepeatsTheKeyItWasGiven) {
    const Authenticator keyed({"alpha"});
    const Error error = keyed.tenant_of(with("Bearer sesame")).error();
    EXPECT_EQ(error.message.find("sesame"), std::string::npos);
    EXPECT_TRUE(error.found.empty());
}

}  // namespace
}  // namespace qr
