#include "perf/load/driver.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "tests/perf/load/scripted_server.h"

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Plan open_loop(std::uint16_t port, double rate, Duration length) {
    Plan plan;
    plan.host = "127.0.0.1";
    plan.port = port;
    plan.loop = Loop::open;
    plan.steps = {{rate, length}};
    return plan;
}

Counts total_of(const Plan& plan) {
    Result<RunFigures> figures = run_load(plan);
    EXPECT_TRUE(figures.ok());
    return figures->tally.total();
}

std::uint64_t count(const Counts& tally, Failure failure) {
    return tally.failures.at(static_cast<std::size_t>(failure));
}

TEST(Driver, SendsEveryIntentOfAnOpenLoopAndCountsEveryAnswer) {
    ScriptedServer server([](std::uint64_t number, const std::string&) {
        return ScriptedAnswer{answer_of(number % 4 == 3 ? 429 : 200)};
    });
    const Counts total = total_of(open_loop(server.port(), 400, milliseconds(500)));
    EXPECT_EQ(200u, total.intended);
    EXPECT_EQ(200u, total.sent);
    EXPECT_EQ(150u, total.statuses.at(200));
    EXPECT_EQ(50u, total.statuses.at(429));
    EXPECT_EQ(50u, total.refused_without_retry_after);
    EXPECT_EQ(0u, total.failed());
    EXPECT_EQ(200u, server.requests());
    EXPECT_LT(server.connections(), 200u) << "connections are kept";
}

TEST(Driver, KeepsSoManyRequestsOfAClosedLoopInProgress) {
    ScriptedServer server(
        [](std::uint64_t, const std::string&) { return ScriptedAnswer{answer_of(200)}; });
    Plan plan = open_loop(server.port(), 0, milliseconds(200));
    plan.loop = Loop::closed;
    plan.clients = 3;
    const Result<RunFigures> figures = run_load(plan);
    ASSERT_TRUE(figures.ok());
    const Counts total = figures->tally.total();
    EXPECT_EQ(3u, server.connections());
    EXPECT_EQ(3u, figures->connections_peak);
    EXPECT_EQ(total.intended, total.statuses.at(200));
    EXPECT_GT(total.intended, 3u);
    EXPECT_GE(figures->wall, milliseconds(200));
}

TEST(Driver, ChargesAStallToEveryRequestThatItKeptWaiting) {
    // One connection, and the first answer never comes: the rest can only wait behind it.
    ScriptedServer server([](std::uint64_t number, const std::string&) {
        return ScriptedAnswer{number == 0 ? "" : answer_of(200)};
    });
    Plan plan = open_loop(server.port(), 100, milliseconds(100));
    plan.connections_max = 1;
    plan.timeout = milliseconds(300);
    const Counts total = total_of(plan);
    EXPECT_EQ(10u, total.intended);
    EXPECT_EQ(1u, count(total, Failure::timeout));
    EXPECT_EQ(9u, total.statuses.at(200) + count(total, Failure::unsent));
    // The one sent 10 ms after the first was free to go 290 ms late, through no fault of the tool.
    EXPECT_GE(total.ok_latency.max(), milliseconds(100));
    EXPECT_LT(total.lag.quantile(0.5), milliseconds(50));
}

TEST(Driver, TellsHowAConnectionFailed) {
    struct Case {
        ScriptedAnswer answer;
        Failure failure;
    };
    const Case cases[] = {
        {{.bytes = "", .closes = true}, Failure::closed},
        {{.bytes = "HTTP/1.1 200 OK\r\nContent-", .closes = true}, Failure::half_answer},
        {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal", .closes = true},
         Failure::half_answer},
        {{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}, Failure::malformed},
    };
    for (const Case& each : cases) {
        ScriptedServer server([&](std::uint64_t, const std::string&) { return each.answer; });
        const Counts total = total_of(open_loop(server.port(), 50, milliseconds(100)));
        EXPECT_EQ(5u, count(total, each.failure)) << to_string(each.failure);
        EXPECT_EQ(5u, total.failed()) << to_string(each.failure);
    }
}

TEST(Driver, TellsAKeptConnectionThatEndedFromAFreshOne) {
    ScriptedServer server([](std::uint64_t number, const std::string&) {
        return number == 0 ? ScriptedAnswer{answer_of(200)} : ScriptedAnswer{"", true};
    });
    const Counts total = total_of(open_loop(server.port(), 20, milliseconds(100)));
    EXPECT_EQ(1u, total.statuses.at(200));
    EXPECT_EQ(1u, count(total, Failure::stale));
}

TEST(Driver, TellsThatNobodyListens) {
    // A bound socket that does not listen keeps its port from everyone else.
    const int bound = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(0, ::bind(bound, generic, size));
    ASSERT_EQ(0, ::getsockname(bound, generic, &size));
    const Result<RunFigures> figures =
        run_load(open_loop(ntohs(address.sin_port), 50, milliseconds(100)));
    ::close(bound);
    ASSERT_TRUE(figures.ok());
    EXPECT_EQ(5u, count(figures->tally.total(), Failure::connect));
    EXPECT_FALSE(figures->tally.examples().at(Failure::connect).empty());
}

TEST(Driver, CountsAnEarlyAnswerAndFreesTheConnectionOnceTheBodyIsWritten) {
    ScriptedServer server([](std::uint64_t number, const std::string&) {
        return ScriptedAnswer{.bytes = answer_of(429, "Retry-After: 1\r\n"),
                              .is_early = true,
                              .pauses = number % 2 == 0};
    });
    // Large bodies are stuck on one connection until the small request after them has come, which
    // needs the other: the one that the last large body was stuck on.
    Plan plan = open_loop(server.port(), 20, milliseconds(300));
    plan.connections_max = 2;
    plan.timeout = seconds(5);
    plan.requests[0].method = "POST";
    plan.requests[0].bodies = {std::string(16 << 20, 'x'), "x"};
    const Counts total = total_of(plan);
    EXPECT_EQ(6u, total.statuses.at(429));
    EXPECT_EQ(0u, total.refused_without_retry_after);
    EXPECT_EQ(0u, total.failed());
    EXPECT_EQ(2u, server.connections());
}

TEST(Driver, OpensAnotherConnectionAfterAnAnswerThatCloses) {
    ScriptedServer server([](std::uint64_t, const std::string&) {
        return ScriptedAnswer{.bytes = answer_of(200, "Connection: close\r\n"), .closes = true};
    });
    const Counts total = total_of(open_loop(server.port(), 50, milliseconds(100)));
    EXPECT_EQ(5u, total.statuses.at(200));
    EXPECT_EQ(5u, server.connections());
}

TEST(Driver, SendsBodiesInTurnsWithTheHeadersAsked) {
    std::vector<std::string> heads;
    {
        ScriptedServer server([&](std::uint64_t, const std::string& head) {
            heads.push_back(head);
            return ScriptedAnswer{.bytes = answer_of(200), .is_early = true};
        });
        Plan plan = open_loop(server.port(), 50, milliseconds(80));
        plan.connections_max = 1;
        plan.requests = {
            {.method = "PUT", .path = "/x", .headers = {"A: b"}, .bodies = {"1", "22"}}};
        EXPECT_EQ(4u, total_of(plan).statuses.at(200));
    }
    ASSERT_EQ(4u, heads.size());
    EXPECT_TRUE(heads[0].starts_with("PUT /x HTTP/1.1\r\nHost: 127.0.0.1:"));
    EXPECT_NE(std::string::npos, heads[0].find("\r\nA: b\r\nContent-Length: 1\r\n\r\n"));
    EXPECT_NE(std::string::npos, heads[1].find("Content-Length: 2\r\n\r\n"));
    EXPECT_NE(std::string::npos, heads[2].find("Content-Length: 1\r\n\r\n"));
}

// A run with a warm-up, whose requests alone are answered 500.
struct WarmedUp {
    RunFigures figures;
    std::uint64_t served = 0;
};

WarmedUp warm_up(Loop loop, std::uint64_t requests, Duration warm_up) {
    ScriptedServer server([&](std::uint64_t number, const std::string&) {
        return ScriptedAnswer{answer_of(number < requests ? 500 : 200)};
    });
    Plan plan = open_loop(server.port(), 100, milliseconds(200));
    plan.loop = loop;
    plan.connections_max = 1;  // so that they come in order
    plan.warm_up = warm_up;
    plan.row = milliseconds(50);
    Result<RunFigures> figures = run_load(plan);
    EXPECT_TRUE(figures.ok());
    return {*std::move(figures), server.requests()};
}

void expect_counted(const Tally& tally, std::uint64_t counted) {
    EXPECT_EQ(counted, tally.total().intended);
    EXPECT_EQ(counted, tally.total().lag.count());
    EXPECT_EQ(counted, tally.steps()[0].sent);
    EXPECT_EQ(counted, tally.requests()[0].sent);
    std::uint64_t of_rows = 0;
    for (const Row& row : tally.rows())
        of_rows += row.sent;
    EXPECT_EQ(counted, of_rows);
}

TEST(Driver, CountsNothingOfAnOpenLoopsWarmUpInAnyFigure) {
    const WarmedUp run = warm_up(Loop::open, 10, milliseconds(100));
    EXPECT_EQ(30u, run.served);
    expect_counted(run.figures.tally, 20);
    EXPECT_EQ((std::map<int, std::uint64_t>{{200, 20}}), run.figures.tally.total().statuses);
    EXPECT_EQ(1u, run.figures.connections_peak) << "opened by the warm-up, still open";
    EXPECT_EQ(0u, run.figures.connections_opened);
}

TEST(Driver, CountsNothingOfAClosedLoopsWarmUpInAnyFigure) {
    const WarmedUp run = warm_up(Loop::closed, 1, milliseconds(300));
    const std::uint64_t counted = run.figures.tally.total().intended;
    EXPECT_GT(run.served, counted);
    expect_counted(run.figures.tally, counted);
    EXPECT_EQ((std::map<int, std::uint64_t>{{200, counted}}), run.figures.tally.total().statuses);
    EXPECT_EQ(0u, run.figures.connections_opened);
}

TEST(Driver, OpensAConnectionForEachRequestWhereNoneIsKept) {
    std::atomic<std::uint64_t> closing{0};
    ScriptedServer server([&](std::uint64_t, const std::string& head) {
        if (head.find("\r\nConnection: close\r\n") != head.npos) ++closing;
        return ScriptedAnswer{answer_of(200)};  // it would keep the connection
    });
    Plan plan = open_loop(server.port(), 100, milliseconds(200));
    plan.keeps_alive = false;
    const Result<RunFigures> figures = run_load(plan);
    ASSERT_TRUE(figures.ok());
    EXPECT_EQ(20u, figures->tally.total().statuses.at(200));
    EXPECT_EQ(20u, figures->connections_opened);
    EXPECT_EQ(20u, server.connections());
    EXPECT_EQ(20u, closing.load());
}

TEST(Driver, SendsAMixAndTellsItsRequestsApart) {
    ScriptedServer server([](std::uint64_t, const std::string& head) {
        return ScriptedAnswer{answer_of(head.starts_with("GET /busy ") ? 429 : 200)};
    });
    Plan plan = open_loop(server.port(), 400, milliseconds(500));
    plan.requests = {{.name = "often", .weight = 3, .path = "/"},
                     {.name = "seldom", .weight = 1, .path = "/busy"}};
    const auto counts_of = [&](Duration warm_up) {
        plan.warm_up = warm_up;
        const Result<RunFigures> figures = run_load(plan);
        EXPECT_TRUE(figures.ok());
        const std::vector<Counts>& requests = figures->tally.requests();
        EXPECT_EQ(requests[0].intended, requests[0].statuses.at(200));
        EXPECT_EQ(requests[1].intended, requests[1].statuses.at(429));
        EXPECT_EQ(200u, requests[0].intended + requests[1].intended);
        EXPECT_EQ(requests[1].intended, requests[1].refused_latency.count());
        return requests[0].intended;
    };
    const std::uint64_t often = counts_of(Duration::zero());
    EXPECT_EQ(often, counts_of(milliseconds(50))) << "whatever the warm-up drew";
}

TEST(Driver, RefusesAHostThatIsNone) {
    Plan plan = open_loop(1, 1, seconds(1));
    plan.host = "256.1.1.1.";
    const Result<RunFigures> figures = run_load(plan);
    ASSERT_FALSE(figures.ok());
    EXPECT_EQ(Code::invalid, figures.error().code);
    EXPECT_NE(std::string::npos, figures.error().message.find("--url: host '256.1.1.1.'"));
}

}  // namespace
}  // namespace qr::load
