// Binary data and what an input says of it; the reader is kserve_input.h's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "kserve_payloads.h"

namespace qr::kserve {
namespace {

using native::floats_of;
using testing::ElementsAre;
using testing::HasSubstr;

std::string binary(const std::string& datatype, const std::string& shape, std::size_t bytes) {
    return with_documents(R"("name":"DOCUMENTS","shape":)" + shape + R"(,"datatype":")" + datatype +
                          R"(","parameters":{"binary_data_size":)" + std::to_string(bytes) + "}");
}

std::string json(const std::string& datatype, const std::string& shape, const std::string& data) {
    return with_documents(R"("name":"DOCUMENTS","shape":)" + shape + R"(,"datatype":")" + datatype +
                          R"(","data":)" + data);
}

TEST(KserveTensor, LooksAtAlignedFloatsWhereTheyAre) {
    const auto request = parse(binary("FP32", "[2,2]", 16), tensor_of<float>({3, 4, 0, 1}));
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_THAT(floats_of(request->vectors.documents), ElementsAre(3, 4, 0, 1));
    const auto* data = reinterpret_cast<const std::byte*>(request->vectors.documents.data);
    const Buffer& payload = request->vectors.storage.back();
    const std::size_t json_bytes = binary("FP32", "[2,2]", 16).size();
    const bool is_aligned = json_bytes % alignof(float) == 0;
    EXPECT_EQ(is_aligned, data == payload.data() + json_bytes);
}

TEST(KserveTensor, CopiesFloatsThatLieOffTheirAlignment) {
    const std::string spaces[] = {"", " ", "  ", "   "};
    for (const std::string& space : spaces) {
        const std::string body = binary("FP32", "[1,2]", 8) + space;
        const auto request = parse(body, tensor_of<float>({3, 4}));
        ASSERT_TRUE(request.ok()) << request.error().message;
        EXPECT_THAT(floats_of(request->vectors.documents), ElementsAre(3, 4));
    }
}

TEST(KserveTensor, RoundsDoublesAndRefusesThoseBeyondFloat32) {
    const auto request = parse(binary("FP64", "[1,2]", 16), tensor_of<double>({0.1, -2}));
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_THAT(floats_of(request->vectors.documents), ElementsAre(0.1F, -2));
    EXPECT_EQ(refusal(binary("FP64", "[1,2]", 16), tensor_of<double>({1, 1e39})),
              "/inputs/1: found a number beyond float32, element 1 of the tensor, allowed: numbers "
              "within float32, -3.4028235e38..3.4028235e38");
}

TEST(KserveTensor, LeavesWhatIsNotFiniteToTheScoring) {
    const double infinite = std::numeric_limits<double>::infinity();
    const auto request = parse(binary("FP64", "[1,2]", 16), tensor_of<double>({1, infinite}));
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_EQ(request->vectors.documents_at, "/inputs/1/data");
}

TEST(KserveTensor, Int8InJsonIsWholeAndInRange) {
    EXPECT_EQ(refusal(json("INT8", "[1,2]", "[127,-128]")), "accepted");
    EXPECT_EQ(refusal(json("INT8", "[1,2]", "[1,128]")),
              "/inputs/1/data: found a number that is no INT8, element 1 of the tensor, allowed: "
              "integers -128..127");
    EXPECT_THAT(refusal(json("INT8", "[1,2]", "[0.5,1]")), HasSubstr("element 0"));
}

TEST(KserveTensor, HalvesAreBinaryAlone) {
    EXPECT_EQ(refusal(json("FP16", "[1,2]", "[1,2]")),
              "/inputs/1/data: found JSON, allowed: binary data: JSON has no FP16");
    EXPECT_THAT(refusal(json("BF16", "[1,2]", "[1,2]")), HasSubstr("JSON has no BF16"));
}

TEST(KserveTensor, DataIsThereOnceAndOfItsDatatype) {
    EXPECT_THAT(
        refusal(with_documents(R"("name":"DOCUMENTS","shape":[1,2],"datatype":"FP32","data":[1,2],)"
                               R"("parameters":{"binary_data_size":8})")),
        HasSubstr(R"(/inputs/1: found "data" and binary data)"));
    EXPECT_EQ(refusal(json("FP32", "[2]", R"(["a","b"])")),
              "/inputs/1/data: found texts, allowed: numbers, as the datatype says");
    EXPECT_EQ(refusal(json("BYTES", "[2]", "[1,2]")),
              "/inputs/1/data: found numbers, allowed: texts (BYTES)");
    EXPECT_EQ(refusal(json("FP32", "[2,2]", "[[1,2,3,4]]")),
              "/inputs/1/data: found rows of 4 numbers, allowed: 2 (as the shape says)");
}

TEST(KserveTensor, ShapesKeepToTheLimits) {
    native::ParseLimits limits = with_texts();
    limits.documents_max = 2;
    EXPECT_EQ(refusal(json("FP32", "[3,1]", "[1,2,3]"), "", limits),
              "/inputs/1/shape: found 3 rows, allowed: 1..2");
    EXPECT_EQ(refusal(json("FP32", "[1,65537]", "[1]")),
              "/inputs/1/shape: found 65537 numbers a row, allowed: 1..65536");
    EXPECT_EQ(refusal(json("BYTES", "[1,2]", R"(["a","b"])")),
              "/inputs/1/shape: found texts in 2 columns, allowed: [n] or [n, 1]");
    EXPECT_EQ(refusal(json("BYTES", "[3]", R"(["a","b","c"])"), "", limits),
              "/inputs/1/shape: found 3 rows, allowed: 1..2");
}

TEST(KserveTensor, TextsMustFitTheirLengths) {
    EXPECT_EQ(refusal(binary("BYTES", "[2]", 7), texts_of({"abc"})),
              "/inputs/1/1: found 0 bytes left, allowed: a length of 4 bytes and the text");
    EXPECT_EQ(refusal(binary("BYTES", "[1]", 5), tensor_of<std::uint32_t>({2}) + "a"),
              "/inputs/1/0: found a text of 2 bytes, allowed: at most the 1 byte left");
    EXPECT_EQ(refusal(binary("BYTES", "[1]", 10), texts_of({"a", "b"})),
              "/inputs/1: found 5 bytes behind the last text, allowed: 1 texts (as the shape "
              "says)");
    EXPECT_EQ(refusal(binary("BYTES", "[1]", 7), texts_of({"a\xffz"})),
              "/inputs/1/0: found a byte that is not UTF-8 at offset 1 of the text, allowed: "
              "UTF-8");
    native::ParseLimits limits = with_texts();
    limits.text_bytes_max = 2;
    EXPECT_EQ(refusal(binary("BYTES", "[1]", 7), texts_of({"abc"}), limits),
              "/inputs/1/0: found 3 bytes, allowed: at most 2");
}

TEST(KserveTensor, TextsNeedAnEncoder) {
    const auto request = parse(json("BYTES", "[1]", R"(["a"])"), "", {});
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.error().code, Code::no_encoder);
    EXPECT_EQ(request.error().pointer, "/inputs/1/datatype");
}

}  // namespace
}  // namespace qr::kserve
