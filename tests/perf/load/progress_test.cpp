#include "perf/load/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(Progress, SaysHowFarAndHowFast) {
    EXPECT_EQ("[#####---------------] 2.5/10.0 s  398/s  2xx p99 4.25 ms  failed 3",
              progress_line({.now = milliseconds(2500),
                             .length = seconds(10),
                             .sent_per_s = 398.2,
                             .p99 = std::chrono::microseconds(4250),
                             .failed = 3}));
    EXPECT_EQ("[--------------------] warm-up, 1.5 s left",
              progress_line({.now = milliseconds(-1500), .length = seconds(10)}));
    EXPECT_THAT(progress_line({.now = seconds(12), .length = seconds(10)}),
                HasSubstr("[####################] 10.0/10.0 s"));
}

class Pipe {
  public:
    Pipe() { EXPECT_EQ(0, ::pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC)); }
    ~Pipe() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    int in() const { return ends_[1]; }
    std::string read() {
        std::array<char, 4096> buffer;
        const ssize_t got = ::read(ends_[0], buffer.data(), buffer.size());
        return got < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(got));
    }

  private:
    std::array<int, 2> ends_{};
};

TEST(Progress, RewritesItsLineFourTimesASecondAndRemovesItAtTheEnd) {
    Pipe pipe;
    {
        Progress progress(pipe.in(), seconds(10));
        Counts total;
        progress.show({}, total);
        EXPECT_EQ(milliseconds(250), progress.due());
        EXPECT_THAT(pipe.read(), HasSubstr("\r\x1b[K[----"));
        total.sent = 100;
        progress.show(milliseconds(500), total);
        EXPECT_EQ(milliseconds(750), progress.due());
        EXPECT_THAT(pipe.read(), HasSubstr(" 200/s "));
        total.sent = 150;
        progress.show(milliseconds(1000), total);
        EXPECT_THAT(pipe.read(), HasSubstr(" 100/s "));
    }
    EXPECT_EQ("\r\x1b[K", pipe.read());
}

TEST(Progress, LeavesALineOutRatherThanWait) {
    Pipe pipe;
    const std::string filler(4096, 'x');
    while (::write(pipe.in(), filler.data(), filler.size()) > 0) {
    }
    // A blocking end: a write that does not ask first would hang here.
    ASSERT_EQ(0, ::fcntl(pipe.in(), F_SETFL, 0));
    Progress progress(pipe.in(), seconds(10));
    progress.show(seconds(1), Counts());
    EXPECT_EQ(milliseconds(1250), progress.due());
}

}  // namespace
}  // namespace qr::load
