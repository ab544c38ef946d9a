#include "server/dialects/kserve_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kserve_payloads.h"

namespace qr::kserve {
namespace {

using native::floats_of;
using testing::ElementsAre;

std::vector<float> documents(const std::string& fields) {
    const auto parsed = parse(with_documents(fields));
    EXPECT_TRUE(parsed.ok()) << parsed.error().message;
    return floats_of(parsed->vectors.documents);
}

TEST(KserveInput, TakesItsFieldsInAnyOrder) {
    const std::vector<float> expected = {3, 4, 0, 1};
    EXPECT_EQ(documents(R"("name":"DOCUMENTS","shape":[2,2],"datatype":"FP32","data":[3,4,0,1])"),
              expected);
    EXPECT_EQ(documents(R"("data":[3,4,0,1],"datatype":"FP32","name":"DOCUMENTS","shape":[2,2])"),
              expected);
    EXPECT_EQ(documents(R"("data":[[3,4],[0,1]],"shape":[2,2],"datatype":"FP64","name":"DOCS")"),
              expected);
}

TEST(KserveInput, IgnoresWhatItDoesNotKnow) {
    EXPECT_EQ(documents(R"("name":"DOCUMENTS","shape":[1,2],"datatype":"FP32","data":[3,4],)"
                        R"("parameters":{"content_type":"np"},"more":[{"a":1}])"),
              (std::vector<float>{3, 4}));
}

TEST(KserveInput, SaysWhatIsMissing) {
    EXPECT_EQ(refusal(with_documents("")), "/inputs/1: found no name, allowed: an input's name");
    EXPECT_EQ(refusal(with_documents(R"("name":"DOCUMENTS")")),
              "/inputs/1: found no shape, allowed: \"shape\": its sizes");
    EXPECT_EQ(refusal(with_documents(R"("name":"DOCUMENTS","shape":[1,2])")),
              "/inputs/1: found no datatype, allowed: FP32, FP16, BF16, FP64, INT8, BYTES");
}

TEST(KserveInput, RefusesShapesThatAreNone) {
    const auto shape = [](const std::string& sizes) {
        return refusal(with_documents(R"("name":"DOCUMENTS","shape":)" + sizes));
    };
    EXPECT_EQ(shape("[]"), "/inputs/1/shape: found no sizes, allowed: one or two sizes");
    EXPECT_EQ(shape("[1,2,3]"),
              "/inputs/1/shape: found more than two sizes, allowed: one or two sizes");
    EXPECT_EQ(shape("[-1,2]"), "/inputs/1/shape/0: found -1, allowed: an integer 1..4294967296");
    EXPECT_EQ(shape("7"), "/inputs/1/shape: found a number, allowed: an array of one or two sizes");
}

TEST(KserveInput, RefusesDataOfTwoKinds) {
    const auto data = [](const std::string& values) {
        return refusal(with_documents(
            R"("name":"DOCUMENTS","shape":[2,2],"datatype":"FP32","data":)" + values));
    };
    EXPECT_EQ(data("[1,2,[3,4]]"), "/inputs/1/data/2: found an array, allowed: a number");
    EXPECT_EQ(data("[[1,2],3,4]"),
              "/inputs/1/data/1: found a number, allowed: an array, as the "
              "first element is");
    EXPECT_EQ(data("[[1,2],[3]]"),
              "/inputs/1/data/1: found 1 numbers, allowed: 2 (as the first row)");
    EXPECT_EQ(data(R"(["a",1])"),
              "/inputs/1/data/1: found a number, allowed: a text, as the first element is");
    EXPECT_EQ(data("[[[1,2],[3,4]]]"), "/inputs/1/data/0/0: found an array, allowed: a number");
    EXPECT_EQ(data("[1,true,2,3]"), "/inputs/1/data/1: found a boolean, allowed: a number");
    EXPECT_EQ(data("{}"),
              "/inputs/1/data: found an object, allowed: an array of numbers or "
              "texts, flat or as the shape nests");
}

TEST(KserveInput, TakesNestedTextsOneARow) {
    const auto parsed = parse(with_documents(
        R"("name":"DOCUMENTS","shape":[2,1],"datatype":"BYTES","data":[["a"],["b\n"]])"));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_THAT(parsed->texts.document_rows, ElementsAre(0, 1));
    EXPECT_EQ(parsed->labels.at(1).text, "b\n");
    EXPECT_EQ(refusal(with_documents(
                  R"("name":"DOCUMENTS","shape":[2,1],"datatype":"BYTES","data":[["a","b"]])")),
              "/inputs/1/data/0: found several texts, allowed: one (the shape is [n] or [n, 1])");
}

TEST(KserveInput, AsksForNoMoreMemoryThanItsJsonCouldFill) {
    EXPECT_EQ(refusal(with_documents(R"("name":"DOCUMENTS","shape":[10000,65536],)"
                                     R"("datatype":"FP32","data":[1])")),
              "/inputs/1/data: found 1 numbers, allowed: 655360000 (as the shape says)");
}

}  // namespace
}  // namespace qr::kserve
