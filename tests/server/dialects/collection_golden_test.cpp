// Requests about collections and their answers as files: what a client sends and gets, byte for
// byte.
//
// <kind>.<name>.request.json is read for a collection of dimension 3; <kind>.<name>.answer.json is
// what the printers make of it, or the refusal.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "golden_files.h"
#include "payloads.h"
#include "server/dialects/collection_documents.h"
#include "server/dialects/collection_print.h"
#include "server/dialects/collection_search.h"
#include "server/dialects/collection_settings.h"
#include "server/json/writer.h"

namespace qr::collections {
namespace {

using native::payload_of;
using native::test_buffers;

constexpr std::size_t kDimension = 3;
constexpr double kNow = 1'000'000;
constexpr native::ParseLimits kLimits{.documents_max = 10, .takes_text = true};

std::string refusal(const Error& error) {
    return native::print_error(error, "golden");
}

std::string settings_answer(const std::string& request) {
    const auto read = read_settings(payload_of(request));
    if (!read) return refusal(read.error());
    return print_collection({.name = "golden",
                             .settings = {.layout = {.dimension = read->dimension.value_or(0),
                                                     .storage = read->storage,
                                                     .scan = read->scan},
                                          .ttl_seconds = read->ttl_seconds,
                                          .encoder = {}},
                             .state = CollectionState::ready,
                             .why = "",
                             .created_at = kNow,
                             .documents = 5});
}

// Documents with their vectors; those whose texts are to be encoded have none.
std::string upsert_answer(const std::string& request) {
    auto read = read_upsert(payload_of(request), test_buffers(),
                            {.parse = kLimits, .dimension = kDimension});
    if (!read) return refusal(read.error());
    const MatrixView rows = read->vectors.documents;
    const std::vector<std::size_t> texts = read->texts.document_rows;
    const std::vector<Document> documents = take_documents(*read, kNow);
    std::vector<FetchedDocument> fetched;
    std::size_t row = 0;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        const bool is_text = std::ranges::find(texts, i) != texts.end();
        fetched.push_back({.document = documents[i], .number = i, .vector = {}});
        if (is_text) continue;
        const auto components = rows.row(row++);
        fetched.back().vector.assign(components.begin(), components.end());
    }
    EXPECT_EQ(row, rows.rows);
    std::string warnings;
    for (const std::string& warning : read->warnings)
        warnings += '\n' + warning;
    return print_documents(fetched, WithVector::yes, {}) + warnings;
}

void print_texts_of(json::Writer& out, const Filter& filter) {
    print_texts(out, "all", filter.all_tags);
    print_texts(out, "any", filter.any_tags);
    print_texts(out, "none", filter.no_tags);
    for (const auto& [name, range] : filter.numbers) {
        out.name(name);
        out.begin_array();
        out.number(range.lowest.value_or(-1e9));
        out.number(range.highest.value_or(1e9));
        out.boolean(range.is_lowest_exclusive);
        out.boolean(range.is_highest_exclusive);
        out.end_array();
    }
}

std::string removal_answer(const std::string& request) {
    const auto read = read_removal(payload_of(request), kLimits);
    if (!read) return refusal(read.error());
    json::Writer out;
    out.begin_object();
    if (read->filter) {
        print_texts_of(out, *read->filter);
    } else {
        print_texts(out, "ids", read->ids);
    }
    out.end_object();
    return std::move(out).take();
}

std::string search_answer(const std::string& request) {
    const auto read = read_search(payload_of(request), test_buffers(), kLimits, kDimension);
    if (!read) return refusal(read.error());
    const FetchedDocument document{
        .document = {.id = "a", .fields = {.text = "first", .tags = {"x"}, .numbers = {{"y", 1}}}},
        .number = 7,
        .vector = {1, 0.5, 0}};
    const std::size_t queries = read->vectors.queries.rows + read->texts.queries.size();
    const FetchedDocument* const echoed =
        read->return_documents || read->collection->return_vectors ? &document : nullptr;
    Findings findings{.collection = "golden",
                      .dimension = kDimension,
                      .is_exact = read->collection->is_certified,
                      .bound = 0.0078125,
                      .missing = read->collection->is_certified ? 0U : 2U,
                      .rows = 100,
                      .rescored = 12,
                      .retries = 1,
                      .pass_queries = queries,
                      .waited = std::chrono::microseconds(250),
                      .searched = std::chrono::microseconds(1500)};
    findings.rankings.assign(queries, {{"a", 0.75, echoed}, {"b", 0.5, nullptr}});
    return print_search(*read, findings, {.id = "golden", .backend = "cpu"});
}

std::string answer_of(const std::string& name, const std::string& request) {
    if (name.starts_with("settings.")) return settings_answer(request);
    if (name.starts_with("upsert.")) return upsert_answer(request);
    if (name.starts_with("removal.")) return removal_answer(request);
    return search_answer(request);
}

TEST(CollectionGolden, AnswersEveryRequestAsItsFileSays) {
    const golden::Files files("collections");
    const std::vector<std::string> all = files.names();
    ASSERT_GE(all.size(), 30U);
    for (const std::string& name : all) {
        EXPECT_EQ(answer_of(name, files.read(name + ".request.json")),
                  files.read(name + ".answer.json"))
            << name;
    }
}

}  // namespace
}  // namespace qr::collections
