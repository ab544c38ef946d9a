#include "server/dialects/errors.h"

#include <gtest/gtest.h>

namespace qr::dialects {
namespace {

const Error kInvalid{.code = Code::invalid,
                     .message = "/texts: found 3, allowed: 2",
                     .pointer = "/texts",
                     .found = "3",
                     .allowed = "2"};

TEST(DialectOf, KnowsWhoseErrorsAPathAnswersBeforeItsBodyIsRead) {
    EXPECT_EQ(dialect_of("/v1/rerank"), Dialect::native);
    EXPECT_EQ(dialect_of("/v1/score"), Dialect::native);
    EXPECT_EQ(dialect_of("/nowhere"), Dialect::native);
    EXPECT_EQ(dialect_of("/"), Dialect::tei);
    EXPECT_EQ(dialect_of("/rerank"), Dialect::tei);
    EXPECT_EQ(dialect_of("/embed"), Dialect::tei);
    EXPECT_EQ(dialect_of("/tei/v1/embeddings"), Dialect::tei);
    EXPECT_EQ(dialect_of("/v2/rerank"), Dialect::cohere);
    EXPECT_EQ(dialect_of("/cohere/v2/rerank"), Dialect::cohere);
    EXPECT_EQ(dialect_of("/jina/v1/rerank"), Dialect::jina);
    EXPECT_EQ(dialect_of("/voyage/v1/rerank"), Dialect::voyage);
    EXPECT_EQ(dialect_of("/v1/embeddings"), Dialect::openai);
    EXPECT_EQ(dialect_of("/v1/models/x"), Dialect::openai);
    EXPECT_EQ(dialect_of("/score"), Dialect::openai);
    EXPECT_EQ(dialect_of("/v2/models/rerank/infer"), Dialect::kserve);
}

TEST(DialectErrors, HaveTheShapeThatTheDialectsClientsRead) {
    EXPECT_EQ(print_error(Dialect::tei, kInvalid, "i"),
              R"({"error":"/texts: found 3, allowed: 2","error_type":"Validation"})");
    EXPECT_EQ(print_error(Dialect::cohere, kInvalid, "i"),
              R"({"id":"i","message":"/texts: found 3, allowed: 2"})");
    EXPECT_EQ(print_error(Dialect::jina, kInvalid, "i"),
              R"({"detail":"/texts: found 3, allowed: 2"})");
    EXPECT_EQ(print_error(Dialect::voyage, kInvalid, "i"),
              R"({"detail":"/texts: found 3, allowed: 2"})");
    EXPECT_EQ(print_error(Dialect::openai, kInvalid, "i"),
              R"({"error":{"message":"/texts: found 3, allowed: 2","type":"invalid_request_error",)"
              R"("param":"texts","code":"invalid"}})");
    EXPECT_EQ(print_error(Dialect::kserve, kInvalid, "i"),
              R"({"error":"/texts: found 3, allowed: 2"})");
}

TEST(DialectErrors, HaveTheStatusThatTheDialectGivesThem) {
    EXPECT_EQ(status_of(Dialect::native, kInvalid), 422);
    EXPECT_EQ(status_of(Dialect::tei, kInvalid), 422);
    EXPECT_EQ(status_of(Dialect::cohere, kInvalid), 422);
    EXPECT_EQ(status_of(Dialect::openai, kInvalid), 400);
    EXPECT_EQ(status_of(Dialect::kserve, kInvalid), 400);
    for (const Dialect dialect : {Dialect::native, Dialect::tei, Dialect::cohere, Dialect::jina,
                                  Dialect::voyage, Dialect::openai, Dialect::kserve}) {
        EXPECT_EQ(status_of(dialect, {.code = Code::overloaded}), 429);
        EXPECT_EQ(status_of(dialect, {.code = Code::no_encoder}), 424);
        EXPECT_EQ(status_of(dialect, {.code = Code::unavailable}), 503);
        EXPECT_EQ(status_of(dialect, {.code = Code::unauthenticated}), 401);
        EXPECT_EQ(status_of(dialect, {.code = Code::too_large}), 413);
    }
}

TEST(DialectErrors, NameTheTypesOfTextEmbeddingsInference) {
    const auto type_of = [](Error error) {
        const std::string text = print_error(Dialect::tei, error, "i");
        const std::string key = R"("error_type":")";
        const std::size_t at = text.find(key) + key.size();
        return text.substr(at, text.find('"', at) - at);
    };
    EXPECT_EQ(type_of({.code = Code::overloaded}), "Overloaded");
    EXPECT_EQ(type_of({.code = Code::unavailable}), "Unhealthy");
    EXPECT_EQ(type_of({.code = Code::no_encoder}), "Backend");
    EXPECT_EQ(type_of({.code = Code::malformed}), "Validation");
    Error empty = kInvalid;
    empty.reason = native::kEmptyReason;
    EXPECT_EQ(type_of(empty), "Empty");
    EXPECT_EQ(status_of(Dialect::tei, empty), 400);
}

}  // namespace
}  // namespace qr::dialects
