#include "host/admission/admission_policy.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace qr {
namespace {

constexpr std::size_t kHuge = std::numeric_limits<std::size_t>::max();

constexpr AdmissionLimits kLimits{
    .jobs_max = 10, .rows_max = 1000, .bytes_max = 500, .tenant_share_percent = 50, .tenants = 2};

struct Case {
    std::string name;
    InProgress in_progress;
    std::optional<std::size_t> content_length;
    std::string refused;  // reason, found and allowed; empty: admitted
};

std::string words(const std::optional<Overload>& overload) {
    if (!overload) return "";
    return std::string(to_string(overload->reason)) + " " + std::to_string(overload->found) + "/" +
           std::to_string(overload->allowed);
}

TEST(AdmissionPolicy, DecidesOnWhatIsInProgressAndTheAnnouncedLength) {
    const std::vector<Case> cases = {
        {"nobody there", {}, 100, ""},
        {"nobody there, length unknown", {}, std::nullopt, ""},
        {"one place left", {.jobs = 9}, 100, ""},
        {"no place left", {.jobs = 10}, 0, "jobs 10/10"},
        {"more than the limit, after a reload", {.jobs = 12}, 0, "jobs 12/10"},
        {"one row short", {.jobs = 1, .rows = 999}, 0, ""},
        {"rows reached", {.jobs = 1, .rows = 1000}, 0, "rows 1000/1000"},
        {"rows passed", {.jobs = 1, .rows = 90'000}, 0, "rows 90000/1000"},
        {"bytes to the last", {.jobs = 1, .bytes = 400}, 100, ""},
        {"a byte too many", {.jobs = 1, .bytes = 400}, 101, "bytes 400/500"},
        {"as long as a number gets", {.jobs = 1, .bytes = 1}, kHuge, "bytes 1/500"},
        {"too large, but alone", {}, 501, ""},
        {"length unknown, room left", {.jobs = 1, .bytes = 499}, std::nullopt, ""},
        {"length unknown, no room", {.jobs = 1, .bytes = 500}, std::nullopt, "bytes 500/500"},
        {"no body, no room", {.jobs = 1, .bytes = 600}, 0, ""},
        {"half the places", {.jobs = 5, .tenant_jobs = 4}, 0, ""},
        {"the tenant's half taken", {.jobs = 5, .tenant_jobs = 5}, 0, "tenant 5/5"},
        {"full for all before full for one", {.jobs = 10, .tenant_jobs = 5}, 0, "jobs 10/10"},
        {"its own share before all rows",
         {.jobs = 5, .rows = 1000, .tenant_jobs = 5},
         0,
         "tenant 5/5"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(one.refused, words(refusal_of(kLimits, one.in_progress, one.content_length)))
            << one.name;
    }
}

TEST(AdmissionPolicy, SharesPlacesOnlyWhereThereAreSeveralTenants) {
    AdmissionLimits limits{.jobs_max = 10, .tenant_share_percent = 75};
    EXPECT_EQ(10U, limits.tenant_jobs_max());
    limits.tenants = 1;
    EXPECT_EQ(10U, limits.tenant_jobs_max());
    limits.tenants = 2;
    EXPECT_EQ(7U, limits.tenant_jobs_max());
    limits.jobs_max = 1;
    EXPECT_EQ(1U, limits.tenant_jobs_max()) << "never none";
}

TEST(AdmissionPolicy, NamesReasonFoundAndAllowed) {
    const Error jobs = error_of({RefusalReason::jobs, 10, 10}, 5);
    EXPECT_EQ(Code::overloaded, jobs.code);
    EXPECT_EQ("requests in progress: found 10, allowed 10; try again as Retry-After says",
              jobs.message);
    EXPECT_EQ("jobs", jobs.reason);
    EXPECT_EQ("10", jobs.found);
    EXPECT_EQ("10", jobs.allowed);
    EXPECT_EQ(
        "bytes of the requests in progress: found 400 and 101 of this one, allowed 500; try "
        "again as Retry-After says",
        error_of({RefusalReason::bytes, 400, 500}, 101).message);
}

}  // namespace
}  // namespace qr
