// Documents as matrices in files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "payloads.h"
#include "server/dialects/document_source.h"

namespace qr::collections {
namespace {

using native::payload_of;
using native::test_buffers;
using testing::ElementsAre;

constexpr UpsertLimits kLimits{.parse = {}, .dimension = 2};

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

std::string safetensors(const std::string& header, const std::string& numbers) {
    const std::uint64_t size = header.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof size) + header + numbers;
}

std::vector<std::string> ids_of(const DocumentBatch& batch) {
    std::vector<std::string> ids;
    for (const DocumentLabel& label : batch.documents->labels)
        ids.push_back(*label.id);
    return ids;
}

std::string refusal(const std::string& file) {
    const auto source = read_safetensors(payload_of(file), test_buffers(), kLimits, {});
    return source.ok() ? "accepted" : source.error().message;
}

TEST(DocumentRows, OfANpyFileAreNamedByPrefixAndNumber) {
    const std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }";
    std::string file = "\x93NUMPY\x01";
    file += std::string(1, '\0') + static_cast<char>(header.size()) + '\0';
    file += header + bytes_of<double>({1, 2, 0.1, 4});
    auto source =
        read_npy(payload_of(file), test_buffers(), kLimits, {.prefix = "doc-", .first = 7});
    ASSERT_TRUE(source.ok()) << source.error().message;
    const auto batch = (*source)->next();
    EXPECT_THAT(ids_of(**batch), ElementsAre("doc-7", "doc-8"));
    EXPECT_THAT(native::floats_of((*batch)->documents->vectors.documents),
                ElementsAre(1, 2, 0.1F, 4));
    EXPECT_FALSE((*source)->next()->has_value());
}

TEST(DocumentRows, TakeTheirIdsFromATensor) {
    const std::string file =
        safetensors(R"({"ids":{"dtype":"U64","shape":[2],"data_offsets":[0,16]},)"
                    R"("vectors":{"dtype":"BF16","shape":[2,2],"data_offsets":[16,24]}})",
                    bytes_of<std::uint64_t>({5, UINT64_MAX}) +
                        bytes_of<std::uint16_t>({0x3F80, 0x4000, 0, 0x3F80}));
    auto source = read_safetensors(payload_of(file), test_buffers(), kLimits, {});
    ASSERT_TRUE(source.ok()) << source.error().message;
    const auto batch = (*source)->next();
    EXPECT_THAT(ids_of(**batch), ElementsAre("5", "18446744073709551615"));
    EXPECT_THAT(native::floats_of((*batch)->documents->vectors.documents), ElementsAre(1, 2, 0, 1));
}

TEST(DocumentRows, TakeTheirIdsFromTheMetadata) {
    const std::string file =
        safetensors(R"({"__metadata__":{"ids":"[\"a\",\"b\"]","more":"x"},)"
                    R"("vectors":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})",
                    bytes_of<float>({1, 2, 3, 4}));
    auto source = read_safetensors(payload_of(file), test_buffers(), kLimits, {});
    ASSERT_TRUE(source.ok()) << source.error().message;
    EXPECT_THAT(ids_of(**(*source)->next()), ElementsAre("a", "b"));
}

TEST(DocumentRows, AreRefusedWhereIdsOrNumbersDoNotFit) {
    EXPECT_EQ(
        refusal(safetensors(R"({"ids":{"dtype":"U64","shape":[1],"data_offsets":[0,8]},)"
                            R"("vectors":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}})",
                            std::string(24, '\1'))),
        "ids: found 1 of them, allowed: 2, one a row");
    EXPECT_EQ(refusal(safetensors(R"({"vectors":{"dtype":"F32","shape":[1,3],)"
                                  R"("data_offsets":[0,12]}})",
                                  std::string(12, '\1'))),
              "vectors: found 3 numbers a row, allowed: 2 (the collection's)");
    EXPECT_EQ(refusal(safetensors(R"({"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})",
                                  std::string(8, '\1'))),
              "vectors: found no such tensor, allowed: a tensor \"vectors\" [n, d] of F32, F16 or "
              "BF16");
    EXPECT_EQ(refusal(safetensors(R"({"vectors":{"dtype":"I64","shape":[1,2],)"
                                  R"("data_offsets":[0,16]}})",
                                  std::string(16, '\1'))),
              "vectors: found numbers of type I64, allowed: a tensor \"vectors\" [n, d] of F32, "
              "F16 or BF16");
}

}  // namespace
}  // namespace qr::collections
