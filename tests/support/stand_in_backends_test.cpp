#include "tests/support/stand_in_backends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/host/backend/vectors.h"

namespace qr::test {
namespace {

using testing::ElementsAre;
using Kind = Fault::Kind;

class StandIn : public testing::Test {
  protected:
    StandIn() {
        path_ = testing::TempDir() + "stand_in_" +
                testing::UnitTest::GetInstance()->current_test_info()->name();
        ::setenv("STAND_IN_FAULT_FILE", path_.c_str(), 1);
        ::setenv("STAND_IN_BATCH_MULTIPLY_ADDS", "76800", 1);
        ::setenv("STAND_IN_LANES", "1", 1);
    }
    ~StandIn() override {
        std::filesystem::remove(path_);
        ::unsetenv("STAND_IN_FAULT_FILE");
        ::unsetenv("STAND_IN_BATCH_MULTIPLY_ADDS");
        ::unsetenv("STAND_IN_LANES");
    }
    void tell(const std::string& line) { std::ofstream(path_) << line << '\n'; }

    std::string path_;
};

TEST_F(StandIn, StandsFirstSoThatAutoTakesIt) {
    const auto made = make_backend(stand_in_backends(), "auto", {.threads = 1});
    ASSERT_TRUE(made.ok());
    EXPECT_EQ("stand-in-device", (*made)->name());
    EXPECT_EQ("test-device", (*made)->capabilities().device);
    EXPECT_EQ(76'800U, (*made)->capabilities().batch_multiply_adds_max);
    EXPECT_EQ(1U, (*made)->capabilities().lanes);
    EXPECT_TRUE(make_backend(stand_in_backends(), "cpu", {.threads = 1}).ok());
    EXPECT_FALSE(make_backend("stand-in-device", {}).ok());
}

TEST_F(StandIn, DoesWhatItsFileSaysAtEachCall) {
    const auto made = make_backend(stand_in_backends(), "stand-in-device", {.threads = 1});
    ASSERT_TRUE(made.ok());
    const Matrix q = matrix_of({{1, 0}});
    const Matrix d = matrix_of({{1, 0}, {1, 1}});
    const ScoreBatch batch{{task_of(q, d, scoring::Method::fidelity)}};
    const auto right = bits_of((*made)->score(batch)->tasks.at(0).values);
    tell("unavailable");
    EXPECT_EQ(Code::unavailable, (*made)->score(batch).error().code);
    tell("internal");
    EXPECT_EQ(Code::internal, (*made)->score(batch).error().code);
    tell("out_of_memory");
    EXPECT_EQ(Code::out_of_memory, (*made)->score(batch).error().code);
    tell("wrong");
    const auto wrong = bits_of((*made)->score(batch)->tasks.at(0).values);
    EXPECT_THAT(wrong, ElementsAre(right[0] ^ 1, right[1] ^ 1));
    tell("wrong_in_one");
    EXPECT_THAT(bits_of((*made)->score(batch)->tasks.at(0).values),
                ElementsAre(right[0], right[1] ^ 1));
    tell("slow 1");
    EXPECT_EQ(right, bits_of((*made)->score(batch)->tasks.at(0).values));
    tell("none");
    EXPECT_EQ(right, bits_of((*made)->score(batch)->tasks.at(0).values));
}

TEST(StandInFault, IsReadFromOneWordAndANumber) {
    EXPECT_EQ(Kind::hang, parse_fault("hang").kind);
    EXPECT_EQ(Kind::slow, parse_fault("slow 20").kind);
    EXPECT_EQ(std::chrono::milliseconds(20), parse_fault("slow 20").delay);
    EXPECT_EQ(Kind::none, parse_fault("").kind);
    EXPECT_EQ(Kind::none, parse_fault("melt").kind);
}

}  // namespace
}  // namespace qr::test
