// A store of format 1 that was committed: today's server reads it, and still writes the same bytes.
// A later format keeps this test of reading, and brings a file of its own for writing.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <map>

#include "host/collection/records.h"
#include "tests/support/collections.h"

namespace qr {
namespace {

using test::document;
using test::Rows;
using test::valued;

// Shelf, key and value in hexadecimal, a line each.
using Lines = std::map<std::string, std::string>;

std::string hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += kDigits[static_cast<unsigned char>(byte) >> 4];
        text += kDigits[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

std::string bytes_of(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoul(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

Lines committed() {
    std::ifstream in(std::string(std::getenv("QR_SOURCE_DIR")) +
                     "/tests/host/collection/records_1.txt");
    EXPECT_TRUE(in.is_open());
    Lines lines;
    std::string shelf, key, value;
    while (in >> shelf >> key >> value)
        lines[shelf + " " + key] = value;
    return lines;
}

Lines dumped(const Store& store) {
    Lines lines;
    const auto view = store.view();
    for (const Shelf shelf : {Shelf::records, Shelf::vectors}) {
        const auto cursor = view->walk(shelf, {});
        while (cursor->next())
            lines[std::string(to_string(shelf)) + " " + hex(cursor->key())] = hex(cursor->value());
    }
    return lines;
}

void fill(Catalog& catalog) {
    CollectionSettings settings = test::settings_of(2, Dtype::bfloat16);
    settings.layout.scan = Dtype::bfloat16;
    settings.ttl_seconds = 3e9;
    settings.encoder = "sha256:abc";
    const auto papers = valued(catalog.create("papers", settings));
    valued(papers->upsert(std::vector<Document>{document("gone"),
                                                document("a", {.text = "t\u00e9xt",
                                                               .tags = {"red", "blue"},
                                                               .numbers = {{"price", 1.5}}}),
                                                document("b", {.expires_at = 4e9})},
                          Rows{{9, 1}, {1, 1}, {0.1F, 3}}.view()));
    valued(papers->remove(std::vector<std::string>{"gone"}));
    const auto plain = valued(catalog.create("plain", test::settings_of(1)));
    valued(plain->upsert(std::vector<Document>{document("x")}, Rows{{2}}.view()));
    test::expect_done(catalog.unload("plain"));
}

TEST(RecordsGolden, AreWrittenAsTheyWere) {
    test::StandInStore store;
    test::CatalogBench bench(store);
    fill(*bench);
    EXPECT_EQ(dumped(store), committed());
}

TEST(RecordsGolden, OfFormatOneAreRead) {
    test::StandInStore store;
    StoreBatch batch;
    for (const auto& [place, value] : committed()) {
        const Shelf shelf = place.starts_with("records ") ? Shelf::records : Shelf::vectors;
        batch.writes.push_back(
            {shelf, bytes_of(place.substr(place.find(' ') + 1)), bytes_of(value)});
    }
    test::expect_done(store.commit(batch));
    test::CatalogBench bench(store);
    const auto found = valued(bench.ready("papers")->list(std::nullopt, 9, WithVector::yes));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].document.id, "a");
    EXPECT_EQ(found[0].document.fields.text, "t\u00e9xt");
    EXPECT_EQ(found[0].document.fields.tags, (std::vector<std::string>{"red", "blue"}));
    EXPECT_EQ(found[0].document.fields.numbers.at("price"), 1.5);
    EXPECT_EQ(found[0].document.fields.expires_at, 4e9);
    EXPECT_EQ(found[1].vector, (std::vector<float>{0.10009765625F, 3}));
    EXPECT_EQ(found[1].number, 2U);
    const std::vector<CollectionInfo> infos = bench->list();
    EXPECT_EQ(infos[0].settings.encoder, "sha256:abc");
    EXPECT_EQ(infos[0].settings.ttl_seconds, 3e9);
    EXPECT_EQ(infos[1].state, CollectionState::unloaded);
    EXPECT_EQ(infos[1].documents, 1U);
}

}  // namespace
}  // namespace qr
