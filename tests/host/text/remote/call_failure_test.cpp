#include "host/text/remote/call_failure.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace qr {
namespace {

HttpAnswer answered(int status, const std::string& body = "") {
    return {.status = status, .body = body};
}

TEST(CallFailure, IsNoneForAnAnswerOf200) {
    EXPECT_FALSE(failure_of(answered(200, "[]"), ""));
}

TEST(CallFailure, GoesByTheStatus) {
    struct Row {
        int status;
        FailureKind kind;
        bool is_repeated;
        bool blames;
    };
    constexpr Row kRows[] = {{204, FailureKind::unexpected, false, true},
                             {302, FailureKind::unexpected, false, true},
                             {400, FailureKind::refused_texts, false, false},
                             {401, FailureKind::refused_key, false, true},
                             {403, FailureKind::refused_key, false, true},
                             {404, FailureKind::unexpected, false, true},
                             {408, FailureKind::busy, true, false},
                             {413, FailureKind::refused_texts, false, false},
                             {422, FailureKind::refused_texts, false, false},
                             {424, FailureKind::unexpected, false, true},
                             {429, FailureKind::busy, true, false},
                             {500, FailureKind::broken, true, true},
                             {503, FailureKind::broken, true, true}};
    for (const Row& row : kRows) {
        const auto failure = failure_of(answered(row.status), "");
        ASSERT_TRUE(failure) << row.status;
        EXPECT_EQ(failure->kind, row.kind) << row.status;
        EXPECT_EQ(may_repeat(failure->kind), row.is_repeated) << row.status;
        EXPECT_EQ(blames_service(failure->kind), row.blames) << row.status;
    }
}

TEST(CallFailure, TellsWhyThereWasNoAnswer) {
    const auto failure =
        failure_of({.end = HttpAnswer::End::unreachable, .reason = "Connection refused"}, "");
    EXPECT_EQ(failure->kind, FailureKind::unreachable);
    EXPECT_EQ(failure->message, "Connection refused");
    EXPECT_EQ(failure_of({.end = HttpAnswer::End::timed_out}, "")->kind, FailureKind::timed_out);
    EXPECT_EQ(failure_of({.end = HttpAnswer::End::too_large}, "")->kind, FailureKind::garbled);
}

TEST(CallFailure, KeepsWhenTheServiceWantsToBeAskedAgain) {
    HttpAnswer answer = answered(503);
    answer.retry_after = std::chrono::seconds(2);
    EXPECT_EQ(failure_of(answer, "")->retry_after, answer.retry_after);
}

TEST(CallFailure, ReadsTheMessageOfEveryKindOfErrorBody) {
    for (const char* body :
         {R"({"error":{"message":"too long","type":"t"}})",
          R"({"error":"too long","error_type":"Validation"})",
          R"({"message":"too long","code":422})", R"({"detail":"too long"})", "too long"})
        EXPECT_EQ(failure_of(answered(422, body), "")->message, "answered 422: too long") << body;
}

TEST(CallFailure, ShowsAShortExcerptOfPlainText) {
    const std::string long_text = std::string(199, 'x') + "ü and more\n";
    EXPECT_EQ(failure_of(answered(500, long_text), "")->message,
              "answered 500: " + std::string(199, 'x'));
    EXPECT_EQ(failure_of(answered(500, "a\tb\x01"), "")->message, "answered 500: a b ");
}

TEST(CallFailure, NeverRepeatsTheKey) {
    const std::string key = "sk-secret";
    EXPECT_EQ(failure_of(answered(401, "wrong key sk-secret"), key)->message,
              "the encoder service refuses our key (status 401)");
    EXPECT_EQ(failure_of(answered(500, "Bearer sk-secret, sk-secret"), key)->message,
              "answered 500: Bearer ***, ***");
    const std::string at_the_cut = std::string(195, 'x') + key;
    EXPECT_EQ(failure_of(answered(500, at_the_cut), key)->message,
              "answered 500: " + std::string(195, 'x') + "***");
}

TEST(CallFailure, SaysThatRedirectsAreNotFollowed) {
    EXPECT_EQ(failure_of(answered(301), "")->message,
              "answered 301; redirects are not followed, name the place itself");
}

}  // namespace
}  // namespace qr
