#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ingest_files.h"
#include "tests/server/cli/test_console.h"
#include "tests/support/http_stub.h"

namespace qr::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(IngestCommand, StoresAFileAndForgetsItsNote) {
    const IngestFiles files;
    const std::string file = files.write("a.jsonl", "{\"id\":1,\"vector\":[1]}\n");
    HttpStub server(HttpStub::answer(200, "{}"));
    const TestConsole console{.environment = {{"QR_API_KEY", "secret"}}};
    const Outcome outcome =
        console.run({"ingest", "--url", server.url(), "--collection", "papers", file});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("100 %  1 documents"));
    EXPECT_FALSE(std::filesystem::exists(file + ".ingest"));
    EXPECT_THAT(server.finish(),
                AllOf(HasSubstr("POST /v1/collections/papers/documents HTTP/1.1\r\n"),
                      HasSubstr("Authorization: Bearer secret\r\n")));
}

TEST(IngestCommand, GoesOnFromWhatIsNoted) {
    const IngestFiles files;
    const std::string file = files.write("a.jsonl", "{\"id\":1}\n{\"id\":2}\n");
    files.write("a.jsonl.ingest", "{\"size\":18,\"end\":9,\"documents\":1}\n");
    HttpStub server(HttpStub::answer(200, "{}"));
    const Outcome outcome =
        run({"ingest", "--resume", "--url", server.url(), "--collection", "papers", file});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    const std::string& request = server.finish();
    EXPECT_THAT(request, testing::EndsWith("\r\n\r\n{\"id\":2}\n"));
}

TEST(IngestCommand, TellsMistakesApartFromRefusalsAndFromAServerThatIsAway) {
    const IngestFiles files;
    const std::string file = files.write("a.jsonl", "{\"id\":1}\n");
    EXPECT_EQ(2, run({"ingest", "--collection", "c", "/nowhere.jsonl"}).exit_code);
    EXPECT_EQ(2, run({"ingest", "--collection", "c"}).exit_code);
    HttpStub server(HttpStub::answer(404, R"({"error":{"message":"no collection 'c'"}})"));
    const Outcome refused = run({"ingest", "--url", server.url(), "--collection", "c", file});
    EXPECT_EQ(1, refused.exit_code);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("no collection 'c'"), HasSubstr("--resume")));
    EXPECT_EQ(3, run({"ingest", "--attempts", "1", "--url", "http://127.0.0.1:1", "--collection",
                      "c", file})
                     .exit_code);
}

}  // namespace
}  // namespace qr::cli
