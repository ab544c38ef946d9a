#include "host/text/remote/text_ledger.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>

#include "tests/host/text/remote/desk_fixture.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

constexpr TextLedger::TakeLimits kAll{.texts = 100, .bytes = 1000};
const Error kBroken{.code = Code::unavailable, .message = "broken"};

class TextLedgerTest : public test::Desks {
  protected:
    void add(const std::string& name, const Names& texts,
             std::optional<TimePoint> deadline = std::nullopt) {
        ledger_.add(job(name, texts, deadline), test::keys_of(texts), kStart);
    }
    static Names keys(const TextLedger::Texts& texts) {
        Names found;
        for (const TextLedger::Text& text : texts)
            found.push_back(text.key);
        return found;
    }
    void deliver(TextLedger::Texts texts, std::vector<SharedVector> vectors) {
        ledger_.deliver(std::move(texts), vectors, kStart + milliseconds(30));
    }
    Names answers() { return told(ledger_.take_answers()); }

    TextLedger ledger_;
};

TEST_F(TextLedgerTest, AnswersAJobOnceAllItsTextsAreThere) {
    add("A", {"x", "y"});
    TextLedger::Texts first = ledger_.take({.texts = 1, .bytes = 1000}, kStart);
    deliver(std::move(first), {test::mark(1)});
    EXPECT_THAT(answers(), IsEmpty());
    deliver(ledger_.take(kAll, kStart), {test::mark(2)});
    EXPECT_THAT(answers(), ElementsAre("A: 1 2"));
}

TEST_F(TextLedgerTest, SendsEqualTextsOnce) {
    add("A", {"x", "y", "x"});
    add("B", {"y", "z"});
    TextLedger::Texts texts = ledger_.take(kAll, kStart);
    EXPECT_EQ(keys(texts), (Names{"x", "y", "z"}));
    deliver(std::move(texts), {test::mark(1), test::mark(2), test::mark(3)});
    EXPECT_THAT(answers(), ElementsAre("A: 1 2 1", "B: 2 3"));
}

TEST_F(TextLedgerTest, LetsALaterJobShareATextThatIsOnItsWay) {
    add("A", {"x"});
    TextLedger::Texts texts = ledger_.take(kAll, kStart);
    add("B", {"x"});
    EXPECT_EQ(ledger_.queued(), 0);
    deliver(std::move(texts), {test::mark(1)});
    EXPECT_THAT(answers(), ElementsAre("A: 1", "B: 1"));
}

TEST_F(TextLedgerTest, TakesWhatIsKnownAlready) {
    ledger_.add(job("A", {"x", "y"}), {{.key = "x", .vector = test::mark(1)}, {.key = "y"}},
                kStart);
    ledger_.add(job("B", {"x"}), {{.key = "x", .vector = test::mark(1)}}, kStart);
    EXPECT_THAT(answers(), ElementsAre("B: 1"));
    TextLedger::Texts texts = ledger_.take(kAll, kStart);
    EXPECT_EQ(keys(texts), Names{"y"});
    deliver(std::move(texts), {test::mark(2)});
    EXPECT_THAT(answers(), ElementsAre("A: 1 2"));
}

TEST_F(TextLedgerTest, TakesFirstComeFirstServedUpToItsLimits) {
    add("A", {"aa", "bb"});
    add("B", {"cccc"});
    EXPECT_EQ(keys(ledger_.take({.texts = 2, .bytes = 3}, kStart)), Names{"aa"});
    EXPECT_EQ(keys(ledger_.take({.texts = 2, .bytes = 6}, kStart)), (Names{"bb", "cccc"}));
    add("C", {"a text of any size"});
    EXPECT_EQ(keys(ledger_.take({.texts = 2, .bytes = 3}, kStart)), Names{"a text of any size"});
}

TEST_F(TextLedgerTest, CountsTextsThatWouldWait) {
    add("A", {"x"});
    EXPECT_EQ(ledger_.new_texts(test::keys_of({"x", "y", "z"})), 2);
    EXPECT_EQ(ledger_.new_texts({{.key = "y", .vector = test::mark(1)}}), 0);
}

TEST_F(TextLedgerTest, DropsAnAbandonedJobBeforeItsTextsLeave) {
    const auto has_left = std::make_shared<std::atomic<bool>>(true);
    EncoderJob gone = job("A", {"x", "y"});
    gone.is_abandoned = has_left;
    ledger_.add(std::move(gone), test::keys_of({"x", "y"}), kStart);
    add("B", {"y"});
    EXPECT_EQ(keys(ledger_.take(kAll, kStart)), Names{"y"});
    EXPECT_THAT(answers(), ElementsAre("A: cancelled"));
}

TEST_F(TextLedgerTest, AnswersAtTheDeadlineAndKeepsWhatOthersWaitFor) {
    add("A", {"x", "y"}, kStart + milliseconds(10));
    add("B", {"y"}, kStart + milliseconds(20));
    EXPECT_EQ(ledger_.next_deadline(), kStart + milliseconds(10));
    ledger_.expire(kStart + milliseconds(10));
    EXPECT_THAT(answers(), ElementsAre("A: deadline_exceeded"));
    EXPECT_EQ(ledger_.queued(), 1);
    EXPECT_EQ(ledger_.next_deadline(), kStart + milliseconds(20));
}

TEST_F(TextLedgerTest, KnowsTheLatestDeadlineOfThoseWhoWait) {
    add("A", {"x"}, kStart + milliseconds(10));
    add("B", {"x"}, kStart + milliseconds(30));
    TextLedger::Texts texts = ledger_.take(kAll, kStart);
    EXPECT_EQ(ledger_.latest_deadline(texts), kStart + milliseconds(30));
    add("C", {"x"});
    EXPECT_EQ(ledger_.latest_deadline(texts), std::nullopt);
}

TEST_F(TextLedgerTest, FailsEverybodyWhoWaitsForATextThatFailed) {
    add("A", {"x", "z"});
    add("B", {"y"});
    add("C", {"z"});
    ledger_.fail(ledger_.take({.texts = 1, .bytes = 1000}, kStart), kBroken);
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
    EXPECT_EQ(keys(ledger_.take(kAll, kStart)), (Names{"z", "y"}));
}

TEST_F(TextLedgerTest, FailsThoseWhoCannotWaitSoLong) {
    add("A", {"x"}, kStart + milliseconds(10));
    add("B", {"x"}, kStart + milliseconds(30));
    TextLedger::Texts texts = ledger_.take(kAll, kStart);
    ledger_.fail_due(texts, kStart + milliseconds(20), kBroken);
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
    deliver(std::move(texts), {test::mark(1)});
    EXPECT_THAT(answers(), ElementsAre("B: 1"));
}

TEST_F(TextLedgerTest, PutsBackInFrontWhatIsStillWanted) {
    add("A", {"x"}, kStart + milliseconds(10));
    add("B", {"y"});
    TextLedger::Texts texts = ledger_.take(kAll, kStart);
    add("C", {"z"});
    ledger_.expire(kStart + milliseconds(10));
    ledger_.put_back(std::move(texts));
    EXPECT_EQ(keys(ledger_.take(kAll, kStart)), (Names{"y", "z"}));
}

TEST_F(TextLedgerTest, LetsATextArriveThatNobodyWaitsForAnyMore) {
    add("A", {"x"}, kStart + milliseconds(10));
    TextLedger::Texts texts = ledger_.take(kAll, kStart);
    ledger_.expire(kStart + milliseconds(10));
    EXPECT_THAT(answers(), ElementsAre("A: deadline_exceeded"));
    deliver(std::move(texts), {test::mark(1)});
    EXPECT_THAT(answers(), IsEmpty());
    add("B", {"x"});
    EXPECT_EQ(ledger_.queued(), 1);
}

TEST_F(TextLedgerTest, TellsHowLongAJobWaitedAndWasEncoded) {
    add("A", {"x"});
    TextLedger::Texts texts = ledger_.take(kAll, kStart + milliseconds(10));
    deliver(std::move(texts), {test::mark(1)});
    const std::vector<AnsweredJob> answers = ledger_.take_answers();
    EXPECT_EQ(answers.front().result->waited, milliseconds(10));
    EXPECT_EQ(answers.front().result->encoded, milliseconds(20));
}

TEST_F(TextLedgerTest, FailsAllWhenItMust) {
    add("A", {"x"});
    const TextLedger::Texts under_way = ledger_.take(kAll, kStart);
    add("B", {"y", "y"});
    ledger_.fail_queued(kBroken);
    EXPECT_THAT(answers(), ElementsAre("B: unavailable"));
    ledger_.fail_all(kBroken);
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
}

}  // namespace
}  // namespace qr
