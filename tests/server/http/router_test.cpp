#include "server/http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace qr::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class RouterTest : public testing::Test {
  protected:
    RouterTest() {
        add(Verb::get, "/v1/collections/{name}");
        add(Verb::put, "/v1/collections/{name}");
        add(Verb::get, "/v1/collections/special");
        add(Verb::del, "/v1/collections/{name}/documents/{id}");
        add(Verb::post, "/v1/rerank");
        add(Verb::get, "/");
    }
    void add(Verb verb, std::string pattern) {
        router.add({.verb = verb, .pattern = std::move(pattern), .handler = {}});
    }
    // The pattern that was found, or the error's code.
    std::string found(Verb verb, std::string_view path) {
        const Result<Router::Match> match = router.find(verb, path);
        return match.ok() ? match->route->pattern : std::string(to_string(match.error().code));
    }

    Router router;
};

TEST_F(RouterTest, FindsExactPaths) {
    EXPECT_EQ(found(Verb::post, "/v1/rerank"), "/v1/rerank");
    EXPECT_EQ(found(Verb::get, "/"), "/");
}

TEST_F(RouterTest, CapturesSegmentsInPathOrder) {
    const Result<Router::Match> match =
        router.find(Verb::del, "/v1/collections/papers/documents/a.b-7");
    ASSERT_TRUE(match.ok());
    EXPECT_THAT(match->parameters, ElementsAre(Pair("name", "papers"), Pair("id", "a.b-7")));
}

TEST_F(RouterTest, PrefersAnExactSegmentToACapture) {
    EXPECT_EQ(found(Verb::get, "/v1/collections/special"), "/v1/collections/special");
    EXPECT_EQ(found(Verb::put, "/v1/collections/special"), "/v1/collections/{name}");
}

TEST_F(RouterTest, DoesNotStretchOrEmptyACapture) {
    EXPECT_EQ(found(Verb::get, "/v1/collections/"), "not_found");
    EXPECT_EQ(found(Verb::get, "/v1/collections/a/b"), "not_found");
    EXPECT_EQ(found(Verb::get, "/v1/collections/a/"), "not_found");
    EXPECT_EQ(found(Verb::del, "/v1/collections//documents/x"), "not_found");
}

TEST_F(RouterTest, DoesNotTakeAPrefixForThePath) {
    EXPECT_EQ(found(Verb::post, "/v1/rerank/"), "not_found");
    EXPECT_EQ(found(Verb::post, "/v1/reran"), "not_found");
    EXPECT_EQ(found(Verb::post, "/v1/rerankx"), "not_found");
    EXPECT_EQ(found(Verb::post, ""), "not_found");
}

TEST_F(RouterTest, AnswersHeadByTheGetRoute) {
    EXPECT_EQ(found(Verb::head, "/"), "/");
    EXPECT_EQ(found(Verb::head, "/v1/rerank"), "method_not_allowed");
}

TEST_F(RouterTest, NamesTheVerbsThatAPathAnswers) {
    const Result<Router::Match> match = router.find(Verb::post, "/v1/collections/special");
    ASSERT_FALSE(match.ok());
    EXPECT_EQ(match.error().code, Code::method_not_allowed);
    EXPECT_EQ(match.error().allowed, "GET, HEAD, PUT, OPTIONS");
    EXPECT_THAT(router.verbs("/v1/rerank"), ElementsAre(Verb::post, Verb::options));
    EXPECT_THAT(router.verbs("/v2"), IsEmpty());
}

}  // namespace
}  // namespace qr::http
