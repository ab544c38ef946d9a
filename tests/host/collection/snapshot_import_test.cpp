#include "host/collection/snapshot_import.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "host/collection/snapshot_export.h"
#include "host/collection/snapshot_folder.h"
#include "tests/support/collections.h"

namespace qr {
namespace {

namespace fs = std::filesystem;
using test::document;
using test::Found;
using test::kAcross;
using test::refused;
using test::Rows;
using test::valued;

class SnapshotImport : public ::testing::Test {
  protected:
    SnapshotImport() { fs::create_directory(base_); }
    ~SnapshotImport() override { fs::remove_all(base_); }

    // What the committed snapshot holds, too.
    std::shared_ptr<Collection> make(const std::string& name) {
        CollectionSettings settings = test::settings_of(2, Dtype::float16);
        settings.encoder = "sha256:abc";
        const auto collection = valued(bench_->create(name, settings));
        valued(collection->upsert(
            std::vector<Document>{
                document("gone"),
                document("a", {.text = "t\u00e9xt", .tags = {"red"}, .numbers = {{"price", 1.5}}}),
                document("b", {.expires_at = 4e9})},
            Rows{{9, 1}, {1, 1}, {0.1F, 3}}.view()));
        valued(collection->remove(std::vector<std::string>{"gone"}));
        return collection;
    }
    void expect_same(const Collection& collection) {
        const auto found = valued(collection.list(std::nullopt, 9, WithVector::yes));
        ASSERT_EQ(found.size(), 2U);
        EXPECT_EQ(found[0].document.id, "a");
        EXPECT_EQ(found[0].number, 1U);
        EXPECT_EQ(found[0].document.fields.text, "t\u00e9xt");
        EXPECT_EQ(found[0].document.fields.tags, std::vector<std::string>{"red"});
        EXPECT_EQ(found[0].document.fields.numbers.at("price"), 1.5);
        EXPECT_EQ(found[0].vector, (std::vector<float>{1, 1}));
        EXPECT_EQ(found[1].document.id, "b");
        EXPECT_EQ(found[1].number, 2U);
        EXPECT_EQ(found[1].document.fields.expires_at, 4e9);
        EXPECT_EQ(found[1].vector[0], 0.0999755859375F);
        EXPECT_EQ(collection.info().settings.encoder, "sha256:abc");
        EXPECT_EQ(collection.info().settings.layout.storage, Dtype::float16);
        EXPECT_EQ(collection.info().documents, 2U);
    }
    std::size_t keys_in_store() const {
        std::size_t count = 0;
        const auto view = store_.view();
        for (const Shelf shelf : {Shelf::records, Shelf::vectors}) {
            const auto cursor = view->walk(shelf, {});
            while (cursor->next())
                ++count;
        }
        return count;
    }

    const fs::path base_ =
        fs::path(::testing::TempDir()) / ("snapshot-import-" + std::to_string(::getpid()));
    const fs::path folder_ = base_ / "s";
    test::StandInStore store_;
    test::CatalogBench bench_{store_};
};

TEST_F(SnapshotImport, GivesBackWhatWasExported) {
    make("from");
    test::expect_done(bench_->export_to("from", folder_));
    const auto collection = valued(bench_->import_from("to", folder_));
    expect_same(*collection);
    valued(collection->upsert(std::vector<Document>{document("c")}, Rows{{1, 0}}.view()));
    EXPECT_EQ(valued(collection->fetch(std::vector<std::string>{"c"}, WithVector::no))[0].number,
              3U);
    EXPECT_EQ(refused(bench_->import_from("to", folder_)).code, Code::conflict);
    EXPECT_EQ(refused(bench_->export_to("from", folder_)).code, Code::conflict);
    EXPECT_EQ(refused(bench_->export_to("none", base_ / "n")).code, Code::not_found);
    bench_.reopen();
    EXPECT_EQ(bench_.ready("to")->info().documents, 3U);
}

TEST_F(SnapshotImport, ReadsTheCommittedSnapshotOfFormatOne) {
    const char* source = std::getenv("QR_SOURCE_DIR");
    ASSERT_NE(source, nullptr);
    const fs::path committed = fs::path(source) / "tests/host/collection/snapshot_1";
    expect_same(*valued(bench_->import_from("to", committed)));
    // And it is still what is written.
    make("from");
    test::expect_done(bench_->export_to("from", folder_));
    for (const auto& entry : fs::directory_iterator(committed)) {
        const std::string name = entry.path().filename();
        EXPECT_EQ(*read_whole(folder_ / name, 1'000'000), *read_whole(entry.path(), 1'000'000))
            << name;
    }
}

TEST_F(SnapshotImport, IsOfOneMomentWhileOthersWrite) {
    const auto collection = make("from");
    const auto view = store_.view();
    valued(collection->remove(std::vector<std::string>{"a", "b"}));
    const CollectionRecord record{.id = 1, .settings = collection->info().settings};
    test::expect_done(export_collection(*view, record, folder_, {}));
    EXPECT_EQ(valued(bench_->import_from("to", folder_))->info().documents, 2U);
}

TEST_F(SnapshotImport, ReadsManyParts) {
    const auto collection = valued(bench_->create("from", test::settings_of(2)));
    std::vector<Document> documents;
    Rows rows(2);
    for (int i = 0; i < 1000; ++i) {
        documents.push_back(document("id" + std::to_string(i)));
        rows.add({static_cast<float>(i + 1), 0});
    }
    valued(collection->upsert(documents, rows.view()));
    const CollectionRecord record{.id = 1, .settings = test::settings_of(2)};
    test::expect_done(export_collection(*store_.view(), record, folder_, {.part_bytes = 1000}));
    EXPECT_EQ(valued(open_snapshot(folder_)).parts.size(), 15U);
    const auto copy = valued(bench_->import_from("to", folder_));
    EXPECT_EQ(test::search(*copy, kAcross, 1000), test::search(*collection, kAcross, 1000));
}

TEST_F(SnapshotImport, SaysWhatWasMissing) {
    make("from");
    ASSERT_TRUE(store_.damage(Shelf::vectors, vector_key(1, 2)));
    test::expect_done(bench_->export_to("from", folder_));
    const SnapshotManifest manifest = valued(open_snapshot(folder_));
    EXPECT_EQ(manifest.documents, 1U);
    EXPECT_EQ(manifest.missing, 1U);
}

TEST_F(SnapshotImport, LeavesExpiredDocumentsOut) {
    make("from");
    test::wall_seconds = 4e9;
    test::expect_done(bench_->export_to("from", folder_));
    const SnapshotManifest manifest = valued(open_snapshot(folder_));
    EXPECT_EQ(manifest.documents, 1U);
    EXPECT_EQ(manifest.missing, 0U);
}

TEST_F(SnapshotImport, RefusesAFileThatWasChangedBeforeTheStoreHearsOfIt) {
    make("from");
    test::expect_done(bench_->export_to("from", folder_));
    const std::size_t keys = keys_in_store();
    {
        std::fstream out(folder_ / "vectors-00000.safetensors", std::ios::in | std::ios::out);
        out.seekp(-1, std::ios::end);
        out << 'x';
    }
    const Error error = refused(bench_->import_from("to", folder_));
    EXPECT_EQ(error.code, Code::invalid);
    EXPECT_TRUE(error.message.starts_with("snapshot 's': vectors-00000.safetensors: found SHA-256"))
        << error.message;
    EXPECT_EQ(keys_in_store(), keys);
}

TEST_F(SnapshotImport, NamesSnapshotAndFileAndNotWhereTheyLie) {
    const Error missing = refused(bench_->import_from("to", base_ / "none"));
    EXPECT_EQ(missing.code, Code::not_found);
    EXPECT_EQ(missing.message,
              "snapshot 'none': manifest.json: cannot be read: No such file or directory");
    make("from");
    test::expect_done(bench_->export_to("from", folder_));
    EXPECT_EQ(refused(bench_->export_to("from", folder_)).message,
              "snapshot 's': found one of this name, allowed: a new name");
    EXPECT_EQ(refused(bench_->export_to("from", base_ / "none" / "s")).message,
              "snapshot 's': its draft cannot be locked: No such file or directory");
    fs::remove(folder_ / "documents-00000.ndjson");
    EXPECT_EQ(refused(bench_->import_from("to", folder_)).message,
              "snapshot 's': documents-00000.ndjson: cannot be read: No such file or directory");
}

// Files whose digests are right and whose contents are not.
TEST_F(SnapshotImport, RefusesDocumentsThatDoNotFit) {
    const auto with = [&](const std::string& lines, const std::vector<std::uint64_t>& numbers,
                          std::uint64_t next_number) {
        fs::remove_all(folder_);
        FolderWriter writer = valued(FolderWriter::begin(folder_));
        std::vector<float> vectors(2 * numbers.size(), 1);
        const std::string_view bytes(reinterpret_cast<const char*>(vectors.data()),
                                     vectors.size() * sizeof(float));
        SnapshotManifest manifest;
        manifest.settings = test::settings_of(2);
        manifest.documents = numbers.size();
        manifest.next_number = next_number;
        manifest.parts = {
            {numbers.size(),
             valued(writer.write("v", safetensors_of(manifest.settings.layout, numbers, bytes))),
             valued(writer.write("d", lines))}};
        valued(writer.write("manifest.json", to_json(manifest)));
        test::expect_done(writer.publish());
        const auto imported = bench_->import_from("to", folder_);
        return imported ? std::string() : imported.error().message;
    };
    const std::string two = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n";
    EXPECT_EQ(with(two, {3, 3}, 9),
              "snapshot 's': v: found number 3, allowed: ascending ones below 9");
    EXPECT_EQ(with(two, {3, 9}, 9),
              "snapshot 's': v: found number 9, allowed: ascending ones below 9");
    EXPECT_EQ(with(two, {3}, 9), "snapshot 's': d: found more lines, allowed: 1");
    EXPECT_EQ(with(two, {3, 4, 5}, 9), "snapshot 's': d: found 2 lines, allowed: 3");
    EXPECT_NE(with("{\"id\":\"\"}\n", {3}, 9), "");
    EXPECT_EQ(bench_->list().size(), 0U);
    EXPECT_EQ(with(two, {3, 4}, 9), "");
}

TEST_F(SnapshotImport, LeavesNothingWhereTheStoreFailsHalfWay) {
    make("from");
    test::expect_done(bench_->export_to("from", folder_));
    store_.fail_after(1);
    EXPECT_EQ(refused(bench_->import_from("to", folder_)).code, Code::unavailable);
    store_.mend();
    test::expect_done(store_.recover());
    bench_.reopen();
    EXPECT_EQ(bench_->list().size(), 1U);
    EXPECT_EQ(valued(bench_->import_from("to", folder_))->info().documents, 2U);
}

}  // namespace
}  // namespace qr
