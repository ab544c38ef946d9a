// Collections over HTTP: every route of them, asked for over a socket, with a stand-in for what
// keeps them and the reference engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "collections_served.h"

namespace qr::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CollectionRoutes : public testing::Test {
  protected:
    CollectionsServed served;
};

TEST_F(CollectionRoutes, MakeACollectionOnceAndSayWhetherItIsTheSame) {
    const std::string settings = R"({"dimension": 2, "storage": "float32"})";
    const WireAnswer made = served.put("/v1/collections/papers", settings);
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_THAT(made.body, StartsWith(R"({"name":"papers","state":"ready","dimension":2,)"));
    EXPECT_EQ(served.put("/v1/collections/papers", settings).status, 200);
    const WireAnswer different = served.put("/v1/collections/papers", R"({"dimension": 3})");
    EXPECT_EQ(different.status, 409);
    EXPECT_THAT(different.body, HasSubstr("dimension 2 instead of 3"));
}

TEST_F(CollectionRoutes, TakeTheDimensionAndTheDigestOfTheEncoder) {
    const WireAnswer made = served.put("/v1/collections/texts", "");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_THAT(made.body, HasSubstr(R"("dimension":3,)"));
    EXPECT_THAT(made.body, HasSubstr(R"("encoder":"0123")"));
}

TEST_F(CollectionRoutes, DescribeListAndDrop) {
    served.make("papers");
    EXPECT_EQ(served.get("/v1/collections/papers").status, 200);
    EXPECT_THAT(served.get("/v1/collections").body,
                StartsWith(R"({"collections":[{"name":"papers",)"));
    EXPECT_EQ(served.del("/v1/collections/papers").status, 204);
    const WireAnswer gone = served.get("/v1/collections/papers");
    EXPECT_EQ(gone.status, 404);
    EXPECT_THAT(gone.body, HasSubstr("papers"));
    EXPECT_EQ(served.del("/v1/collections/papers").status, 404);
}

TEST_F(CollectionRoutes, StoreFetchAndRemoveDocuments) {
    served.make("papers");
    const WireAnswer stored = served.post(
        "/v1/collections/papers/documents",
        R"({"documents": [{"id": "a b", "vector": [1, 0], "text": "first", "tags": ["x"]},
                          {"id": 7, "vector": [0, 1]}]})");
    EXPECT_EQ(stored.status, 200) << stored.body;
    EXPECT_THAT(stored.body, HasSubstr(R"("inserted":2,"updated":0)"));
    EXPECT_EQ(served.get("/v1/collections/papers/documents/a%20b").body,
              R"({"id":"a b","number":0,"text":"first","tags":["x"]})");
    EXPECT_EQ(served.get("/v1/collections/papers/documents/7?vector=true").body,
              R"({"id":"7","number":1,"vector":[0,1]})");
    EXPECT_EQ(served.get("/v1/collections/papers/documents/8").status, 404);
    EXPECT_EQ(served.del("/v1/collections/papers/documents/7").status, 200);
    EXPECT_EQ(served.del("/v1/collections/papers/documents/7").status, 404);
    const WireAnswer removed =
        served.del("/v1/collections/papers/documents", R"({"ids": ["a b", "c"]})");
    EXPECT_THAT(removed.body, HasSubstr(R"("deleted":1,"not_found":1)"));
}

TEST_F(CollectionRoutes, RemoveWhatAFilterLetsThroughButNeverEverything) {
    served.make("papers");
    served.store_three("papers");
    EXPECT_THAT(
        served.del("/v1/collections/papers/documents", R"({"filter": {"tags": {"all": ["even"]}}})")
            .body,
        HasSubstr(R"("deleted":2)"));
    EXPECT_EQ(served.del("/v1/collections/papers/documents", R"({"filter": {}})").status, 422);
}

TEST_F(CollectionRoutes, TakeDocumentsLineByLineAndKeepWhatStoodBeforeAMistake) {
    served.make("papers");
    const std::string type = "Content-Type: application/x-ndjson\r\n";
    const std::string path = "/v1/collections/papers/documents";
    const WireAnswer stored = served.post(
        path, "{\"id\": 1, \"vector\": [1, 0]}\n{\"id\": 2, \"vector\": [0, 1]}\n", type);
    EXPECT_EQ(stored.status, 200) << stored.body;
    EXPECT_THAT(stored.body, HasSubstr(R"("inserted":2,"updated":0)"));
    const WireAnswer malformed =
        served.post(path, "{\"id\": 3, \"vector\": [1, 0]}\n{\"id\": 4", type);
    EXPECT_EQ(malformed.status, 400);
    EXPECT_THAT(malformed.body, HasSubstr("line 2: body: found"));
    EXPECT_THAT(malformed.body, HasSubstr("kept: 1 documents (1 inserted, 0 updated)"));
    const WireAnswer zero = served.post(
        path, "{\"id\": 3, \"vector\": [1, 1]}\n\n{\"id\": 5, \"vector\": [0, 0]}\n", type);
    EXPECT_EQ(zero.status, 422);
    EXPECT_THAT(zero.body, HasSubstr("line 3: /vector: found a zero vector"));
    EXPECT_THAT(zero.body, HasSubstr("kept: 1 documents (0 inserted, 1 updated)"));
    EXPECT_EQ(served.get(path + "/4").status, 404);
    EXPECT_EQ(served.get(path + "/3").status, 200);
}

TEST_F(CollectionRoutes, NameEveryMediaTypeOfDocumentsWhereOneIsRefused) {
    served.make("papers");
    const std::string type = "Content-Type: text/csv\r\n";
    const WireAnswer documents = served.post("/v1/collections/papers/documents", "1,2", type);
    EXPECT_EQ(documents.status, 415);
    EXPECT_THAT(documents.body,
                HasSubstr("Content-Type: found 'text/csv', allowed: application/json, "
                          "application/octet-stream, application/x-ndjson, application/ndjson, "
                          "application/jsonl, application/x-npy, application/vnd.safetensors"));
    const WireAnswer search = served.post("/v1/collections/papers/search", "1,2", type);
    EXPECT_EQ(search.status, 415);
    EXPECT_THAT(search.body, testing::Not(HasSubstr("npy")));
}

TEST_F(CollectionRoutes, TakeStreamsLongerThanWhatRequestsMayHoldTogether) {
    served.make("papers");
    const std::string head =
        "POST /v1/collections/papers/documents HTTP/1.1\r\nHost: t\r\n"
        "Content-Type: application/x-ndjson\r\nContent-Length: 1000000000000\r\n\r\n";
    WireClient first(served.app().port());
    WireClient second(served.app().port());
    const std::string good = "{\"id\": 1, \"vector\": [1, 0]}\n";
    first.send(head + good);
    second.send(head + good + "{\"id\": 2}\n" + std::string(std::size_t{1} << 20, ' '));
    const auto refused = second.receive();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 422) << refused->body;
    EXPECT_THAT(refused->body, HasSubstr("line 2: "));
    EXPECT_THAT(refused->body, HasSubstr("kept: 1 documents (1 inserted, 0 updated)"));
    EXPECT_EQ(refused->field("Connection"), "close");
}

TEST_F(CollectionRoutes, ReadAStreamPieceByPieceBetweenItsBatches) {
    served.make("papers");
    std::string body;
    for (int i = 0; i < 3'000; ++i)
        body += R"({"id": )" + std::to_string(i) + R"(, "vector": [1, 0])" +
                std::string(1'000, ' ') + "}\n";
    const WireAnswer stored = served.post("/v1/collections/papers/documents", body,
                                          "Content-Type: application/jsonl\r\n");
    EXPECT_EQ(stored.status, 200) << stored.body;
    EXPECT_THAT(stored.body, HasSubstr(R"("inserted":3000,"updated":0)"));
}

TEST_F(CollectionRoutes, TakeFilesOfVectors) {
    served.make("papers");
    const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    std::string file = "\x93NUMPY\x01";
    file += std::string(1, '\0') + static_cast<char>(header.size()) + '\0' + header;
    file += std::string("\0\0\x80\x3f\0\0\0\0", 8);
    const WireAnswer stored =
        served.post("/v1/collections/papers/documents?id_prefix=p%2F&first_id=3", file,
                    "Content-Type: application/x-npy\r\n");
    EXPECT_EQ(stored.status, 200) << stored.body;
    EXPECT_THAT(served.get("/v1/collections/papers/documents/p%2F3?vector=true").body,
                HasSubstr(R"("vector":[1,0])"));
}

TEST_F(CollectionRoutes, ListDocumentsPageByPage) {
    served.make("papers");
    served.store_three("papers");
    const WireAnswer first = served.get("/v1/collections/papers/documents?limit=2");
    EXPECT_THAT(first.body, HasSubstr(R"("next_page_token":"1")"));
    const WireAnswer last = served.get("/v1/collections/papers/documents?limit=2&page_token=1");
    EXPECT_THAT(last.body, StartsWith(R"({"documents":[{"id":"c","number":2)"));
    EXPECT_THAT(last.body, testing::Not(HasSubstr("next_page_token")));
    EXPECT_EQ(served.get("/v1/collections/papers/documents?limit=0").status, 422);
    EXPECT_EQ(served.get("/v1/collections/papers/documents?page_token=x").status, 422);
}

TEST_F(CollectionRoutes, PointAtTheDocumentThatTheCollectionRefuses) {
    served.make("papers");
    const WireAnswer refused = served.post("/v1/collections/papers/documents",
                                           R"({"documents": [{"id": "a", "vector": [1, 0]},
                                      {"id": "b", "vector": [0, 0]}]})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_THAT(refused.body, HasSubstr(R"("pointer":"/documents/1/vector")"));
}

TEST_F(CollectionRoutes, EncodeTextsForACollectionOfThatEncoderAlone) {
    served.put("/v1/collections/texts", "");
    const std::string text = R"({"documents": [{"id": "a", "text": "aab"}]})";
    EXPECT_EQ(served.post("/v1/collections/texts/documents", text).status, 200);
    EXPECT_THAT(served.get("/v1/collections/texts/documents/a?vector=true").body,
                HasSubstr(R"("text":"aab","vector":[2,1,1])"));
    served.make("papers");
    const WireAnswer refused = served.post("/v1/collections/papers/documents", text);
    EXPECT_EQ(refused.status, 422);
    EXPECT_THAT(refused.body, HasSubstr(R"("pointer":"/documents/0")"));
    const WireAnswer unsearched =
        served.post("/v1/collections/papers/search", R"({"query": "aab"})");
    EXPECT_EQ(unsearched.status, 422);
    EXPECT_THAT(unsearched.body, HasSubstr("made with a dimension of its own"));
}

TEST_F(CollectionRoutes, SearchWithAFilterAndGiveDocumentsBack) {
    served.make("papers");
    served.store_three("papers");
    const WireAnswer found =
        served.post("/v1/collections/papers/search",
                    R"({"query": [1, 0], "k": 5, "method": "cosine", "return_documents": true,
                        "return_vectors": true, "filter": {"tags": {"all": ["even"]}}})");
    EXPECT_EQ(found.status, 200) << found.body;
    EXPECT_THAT(found.body, HasSubstr(R"("results":[{"id":"a","relevance_score":1,"document":)"
                                      R"({"text":"text a","tags":["even"],"numbers":{"n":0},)"
                                      R"("vector":[1,0]}},{"id":"c","relevance_score":0,)"));
    EXPECT_THAT(found.body, HasSubstr(R"("backend":"reference","exact":true)"));
    EXPECT_THAT(found.body, HasSubstr(R"("rows":2,)"));
    EXPECT_THAT(found.field("Server-Timing"), HasSubstr("search;dur="));
}

TEST_F(CollectionRoutes, SearchForSeveralQueriesAndByText) {
    served.put("/v1/collections/texts", "");
    served.post("/v1/collections/texts/documents",
                R"({"documents": [{"id": "a", "text": "aaaa"}, {"id": "b", "text": "bbbb"}]})");
    const WireAnswer found =
        served.post("/v1/collections/texts/search", R"({"queries": ["bbb", [1, 0, 0]], "k": 1})");
    EXPECT_THAT(found.body, HasSubstr(R"("results":[[{"id":"b",)")) << found.body;
    EXPECT_THAT(found.body, HasSubstr(R"(],[{"id":"a",)"));
    EXPECT_THAT(found.body, HasSubstr(R"("model":"stand-in")"));
}

TEST_F(CollectionRoutes, RefuseQueriesThatHaveNoDirection) {
    served.make("papers");
    served.store_three("papers");
    const WireAnswer refused =
        served.post("/v1/collections/papers/search", R"({"queries": [[1, 0], [0, 0]]})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_THAT(refused.body, HasSubstr(R"("pointer":"/queries/1")"));
}

TEST_F(CollectionRoutes, RerankByIdsWithTheBitsOfTheSameVectorsSentAlong) {
    served.make("papers");
    served.store_three("papers");
    const auto results = [](const WireAnswer& answer) {
        const std::size_t begin = answer.body.find("\"results\":");
        return answer.body.substr(begin, answer.body.find(",\"usage\"") - begin);
    };
    const WireAnswer named =
        served.post("/v1/rerank", R"({"query": [0.3, 0.7], "collection": "papers",
                                      "return_documents": true,
                                      "documents": [{"id": "b"}, {"id": "a"}]})");
    const WireAnswer sent = served.post("/v1/rerank",
                                        R"({"query": [0.3, 0.7], "return_documents": true,
                        "documents": [{"id": "b", "text": "text b", "vector": [0.6, 0.8]},
                                      {"id": "a", "text": "text a", "vector": [1, 0]}]})");
    EXPECT_EQ(named.status, 200) << named.body;
    EXPECT_EQ(results(named), results(sent));
}

TEST_F(CollectionRoutes, RerankByIdsInOtherDialects) {
    served.make("papers");
    served.store_three("papers");
    const WireAnswer tei = served.post(
        "/rerank",
        R"({"query": [1, 0], "collection": "papers", "texts": [{"id": "c"}, {"id": "a"}]})");
    EXPECT_THAT(tei.body, StartsWith(R"([{"index":1,"score":1},{"index":0,)")) << tei.body;
    const WireAnswer cohere =
        served.post("/v2/rerank", R"({"model": "m", "query": [1, 0], "collection": "papers",
                          "documents": [{"id": "nobody"}]})");
    EXPECT_EQ(cohere.status, 404) << cohere.body;
    const WireAnswer score =
        served.post("/v1/score", R"({"query": [1, 0], "collection": "papers", "method": "dot",
                         "documents": [{"id": "b"}, {"id": "b"}]})");
    EXPECT_THAT(score.body, HasSubstr(R"("scores":[[0.6000000238418579,0.6000000238418579]])"));
}

TEST_F(CollectionRoutes, RerankAWholeCollection) {
    served.make("papers");
    served.store_three("papers");
    const WireAnswer found =
        served.post("/v1/rerank", R"({"query": [1, 0], "collection": "papers", "top_n": 1})");
    EXPECT_THAT(found.body, HasSubstr(R"("collection":"papers")")) << found.body;
    EXPECT_THAT(found.body, HasSubstr(R"("results":[{"id":"a","relevance_score":1}])"));
}

TEST_F(CollectionRoutes, NameTheCollectionAndTheDimensionThatDoNotFit) {
    served.make("papers");
    EXPECT_EQ(served.post("/v1/rerank", R"({"query": [1], "collection": "nowhere"})").status, 404);
    const WireAnswer refused =
        served.post("/v1/rerank", R"({"query": [1, 2, 3], "collection": "papers",
                                      "documents": [{"id": "a"}]})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_THAT(refused.body,
                HasSubstr("/query: found 3 numbers, allowed: 2 (those of collection 'papers')"));
}

TEST_F(CollectionRoutes, ScoreByIdOnlyAsManyPairsAsARequestMayHave) {
    served.make("papers");
    std::string documents;
    for (int i = 0; i < 9; ++i)
        documents += std::string(i == 0 ? "" : ",") + R"({"id": "a"})";
    const WireAnswer refused =
        served.post("/v1/rerank", R"({"query": [1, 0], "collection": "papers", "documents": [)" +
                                      documents + "]}");
    EXPECT_EQ(refused.status, 422) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("/documents"));
}

TEST_F(CollectionRoutes, AnswerUnavailableWhereTheStoreOrTheCollectionIs) {
    served.make("papers");
    served.store_three("papers");
    served.catalog().table("papers").fail_writes(
        Error{.code = Code::unavailable, .message = "the disk is full"});
    EXPECT_EQ(served
                  .post("/v1/collections/papers/documents",
                        R"({"documents": [{"id": "d", "vector": [1, 0]}]})")
                  .status,
              503);
    EXPECT_EQ(served.post("/v1/collections/papers/unload", "").status, 200);
    const WireAnswer unloaded =
        served.post("/v1/collections/papers/search", R"({"query": [1, 0]})");
    EXPECT_EQ(unloaded.status, 503) << unloaded.body;
    EXPECT_FALSE(unloaded.field("Retry-After").empty());
    EXPECT_EQ(served.post("/v1/collections/papers/load", "").status, 200);
    EXPECT_EQ(served.post("/v1/collections/papers/search", R"({"query": [1, 0]})").status, 200);
}

TEST_F(CollectionRoutes, WriteAndReadSnapshotsBelowTheirFolderAlone) {
    served.make("papers");
    EXPECT_EQ(served.post("/v1/collections/papers/export", R"({"folder": "nightly"})").status, 201);
    EXPECT_EQ(*served.catalog().exports().begin(), "/snapshots/nightly");
    EXPECT_EQ(served.post("/v1/collections/papers/export", R"({"folder": "nightly"})").status, 409);
    EXPECT_EQ(served.post("/v1/collections/papers/export", R"({"folder": "../x"})").status, 422);
    EXPECT_EQ(served.post("/v1/collections/copy/import", R"({"folder": "nightly"})").status, 201);
    EXPECT_EQ(served.post("/v1/collections/copy2/import", R"({"folder": "other"})").status, 404);
}

TEST_F(CollectionRoutes, AreModelsOfKserve) {
    served.make("papers");
    EXPECT_EQ(served.post("/v2/repository/models/papers/unload", "").status, 200);
    EXPECT_THAT(served.post("/v2/repository/index", "").body,
                HasSubstr(R"({"name":"papers","version":"1","state":"UNAVAILABLE",)"
                          R"("reason":"unloaded"})"));
    EXPECT_THAT(served.post("/v2/repository/index", R"({"ready": true})").body,
                testing::Not(HasSubstr("papers")));
    const WireAnswer loaded = served.post("/v2/repository/models/papers/load", "");
    EXPECT_EQ(loaded.status, 200);
    EXPECT_EQ(loaded.body, "");
    EXPECT_THAT(served.post("/v2/repository/index", R"({"ready": true})").body,
                HasSubstr(R"({"name":"papers","version":"1","state":"READY","reason":""})"));
    EXPECT_EQ(served.post("/v2/repository/models/rerank/load", "").status, 400);
    EXPECT_EQ(served.post("/v2/repository/models/nowhere/load", "").status, 404);
}

TEST_F(CollectionRoutes, ShowHealthAndMetrics) {
    served.make("papers");
    served.store_three("papers");
    served.post("/v1/collections/papers/search", R"({"query": [1, 0]})");
    EXPECT_THAT(served.get("/health").body,
                HasSubstr(R"("collections":[{"name":"papers","state":"ready","documents":3,)"));
    const std::string metrics = served.get("/metrics").body;
    EXPECT_THAT(metrics, HasSubstr("qr_collections{state=\"ready\"} 1\n"));
    EXPECT_THAT(metrics, HasSubstr("qr_collection_documents 3\n"));
    EXPECT_THAT(metrics, HasSubstr("qr_search_pass_queries_count 1\n"));
    EXPECT_THAT(metrics, HasSubstr("qr_store_writable 1\n"));
}

TEST_F(CollectionRoutes, AreNotReadyBeforeEverythingIsLoaded) {
    served.catalog().set_loaded(false);
    const WireAnswer loading = served.get("/health/ready");
    EXPECT_EQ(loading.status, 503);
    EXPECT_EQ(loading.body, R"({"status":"loading"})");
    EXPECT_EQ(served.post("/v1/rerank", kRerank).status, 200);
    served.catalog().set_loaded(true);
    EXPECT_EQ(served.get("/health/ready").status, 200);
}

TEST(CollectionRoutesOff, NameTheSettingThatTurnsThemOn) {
    Served served({}, with_encoder());
    ASSERT_TRUE(served.app().load_backend().ok());
    for (const char* const path : {"/v1/collections", "/v1/collections/a"}) {
        const WireAnswer answer = served.get(path);
        EXPECT_EQ(answer.status, 404);
        EXPECT_THAT(answer.body, HasSubstr("data_dir"));
    }
    const WireAnswer rerank = served.post(
        "/v1/rerank", R"({"query": [1], "collection": "a", "documents": [{"id": "b"}]})");
    EXPECT_EQ(rerank.status, 404);
    EXPECT_THAT(rerank.body, HasSubstr("data_dir"));
}

}  // namespace
}  // namespace qr::test
