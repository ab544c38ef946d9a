#include "host/collection/snapshot.h"

#include <gtest/gtest.h>

#include "host/encoding/safetensors.h"

namespace qr {
namespace {

SnapshotManifest full_manifest() {
    SnapshotManifest manifest;
    manifest.settings.layout = {.dimension = 3, .storage = Dtype::float16, .scan = Dtype::int8};
    manifest.settings.ttl_seconds = 60.5;
    manifest.settings.encoder = "sha256:abc";
    manifest.created_at = 12.5;
    manifest.documents = 2;
    manifest.missing = 1;
    manifest.next_number = 40;
    manifest.parts = {{2, {"v", 10, "aa"}, {"d", 20, "bb"}}};
    return manifest;
}

std::string refused(const std::string& json) {
    const Result<SnapshotManifest> manifest = parse_manifest(json, "manifest.json");
    EXPECT_FALSE(manifest.ok());
    return manifest ? "" : manifest.error().message;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, what.size(), with);
}

TEST(SnapshotManifest, ComesBackWhole) {
    const SnapshotManifest manifest = full_manifest();
    const Result<SnapshotManifest> back = parse_manifest(to_json(manifest), "manifest.json");
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->settings, manifest.settings);
    EXPECT_EQ(back->created_at, 12.5);
    EXPECT_EQ(back->next_number, 40U);
    EXPECT_EQ(back->missing, 1U);
    ASSERT_EQ(back->parts.size(), 1U);
    EXPECT_EQ(back->parts[0].lines.sha256, "bb");
    EXPECT_EQ(back->parts[0].vectors.bytes, 10U);
}

TEST(SnapshotManifest, OfALaterVersionIsRefusedByBoth) {
    EXPECT_EQ(refused(replaced(to_json(full_manifest()), "\"version\": 1", "\"version\": 2")),
              "manifest.json: /version: found 2, allowed: up to 1; a later version of the server "
              "wrote this snapshot");
}

TEST(SnapshotManifest, NamesNoFileOutsideItsFolder) {
    const std::string json = to_json(full_manifest());
    for (const char* name : {"\"../v\"", "\"/v\"", "\"\"", "\".v\"", "7"})
        EXPECT_NE(refused(replaced(json, "\"v\"", name)), "") << name;
}

TEST(SnapshotManifest, IsRefusedWhereItsFieldsDoNotFit) {
    const std::string json = to_json(full_manifest());
    EXPECT_NE(refused(replaced(json, "quantumrerank-collection", "other")), "");
    EXPECT_NE(refused(replaced(json, "\"float16\"", "\"float15\"")), "");
    EXPECT_NE(refused(replaced(json, "60.5", "\"x\"")), "");
    EXPECT_NE(refused("{"), "");
    EXPECT_NE(refused("[]"), "");
}

TEST(SnapshotLines, ComeBackWhole) {
    const Document document{.id = "a\"b\n\u00e9",
                            .fields = {.text = "line\nline",
                                       .tags = {"x", "y"},
                                       .numbers = {{"pi", 3.141592653589793}, {"tiny", 5e-324}},
                                       .expires_at = 1e9 + 1.0 / 3}};
    std::string line;
    append_line(line, document);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const Result<Document> back = parse_line(line, "line 1");
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->id, document.id);
    EXPECT_EQ(back->fields.text, document.fields.text);
    EXPECT_EQ(back->fields.tags, document.fields.tags);
    EXPECT_EQ(back->fields.numbers, document.fields.numbers);
    EXPECT_EQ(back->fields.expires_at, document.fields.expires_at);
}

TEST(SnapshotLines, SayOnlyWhatThereIs) {
    std::string line;
    append_line(line, {.id = "a", .fields = {}});
    EXPECT_EQ(line, "{\"id\":\"a\"}\n");
}

TEST(SnapshotLines, AreRefusedWhereTheirFieldsDoNotFit) {
    for (const char* line :
         {"", "[]", "{}", "{\"id\":1}", "{\"id\":\"a\",\"text\":1}",
          "{\"id\":\"a\",\"tags\":\"x\"}", "{\"id\":\"a\",\"tags\":[1]}",
          "{\"id\":\"a\",\"numbers\":[1]}", "{\"id\":\"a\",\"numbers\":{\"n\":\"1\"}}",
          "{\"id\":\"a\",\"expires_at\":\"x\"}"})
        EXPECT_FALSE(parse_line(line, "line 1").ok()) << line;
}

TEST(SnapshotTensors, AreASafetensorsFile) {
    const std::string file =
        safetensors_of({.dimension = 3, .storage = Dtype::bfloat16}, {5, 9}, "abcdefABCDEF");
    const Result<Safetensors> tensors =
        Safetensors::parse(std::as_bytes(std::span(file)), "v.safetensors");
    ASSERT_TRUE(tensors.ok()) << tensors.error().message;
    EXPECT_EQ(tensors->find("vectors")->shape, (std::vector<std::size_t>{2, 3}));
    EXPECT_EQ(tensors->find("vectors")->type, TensorType::bfloat16);
    EXPECT_EQ(tensors->find("numbers")->type, TensorType::uint64);
    EXPECT_EQ(tensors->find("numbers")->bytes[8], std::byte{9});
}

}  // namespace
}  // namespace qr
