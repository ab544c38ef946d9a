#include "host/encoding/safetensors.h"

#include <gtest/gtest.h>

#include "tests/support/stand_in_model.h"

namespace qr {
namespace {

using test::bytes_of;
using test::safetensors_with_header;
using test::stand_in_safetensors;

Result<Safetensors> parse(const std::string& file) {
    return Safetensors::parse(std::as_bytes(std::span(file)), "m.safetensors");
}

std::string refused(const std::string& file) {
    const Result<Safetensors> parsed = parse(file);
    EXPECT_FALSE(parsed.ok());
    return parsed.ok() ? "" : parsed.error().message;
}

std::string with_tensor(const std::string& entry, std::size_t bytes) {
    return safetensors_with_header(R"({"__metadata__":{"a":"b"},"t":)" + entry + "}",
                                   std::string(bytes, 'x'));
}

TEST(Safetensors, AreSpansIntoTheFile) {
    const std::string file = stand_in_safetensors(
        {{"b", "F32", {2, 1}, bytes_of<float>({1, 2})}, {"a", "I8", {3}, "xyz"}});
    const Result<Safetensors> parsed = parse(file);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    const Tensor* tensor = parsed->find("a");
    ASSERT_NE(nullptr, tensor);
    EXPECT_EQ(reinterpret_cast<const std::byte*>(file.data() + file.size() - 3),
              tensor->bytes.data());
    EXPECT_EQ((std::vector<std::size_t>{2, 1}), parsed->find("b")->shape);
    EXPECT_EQ(2U, parsed->find("b")->count());
    EXPECT_EQ(nullptr, parsed->find("c"));
}

TEST(Safetensors, MayHaveMetadataAndEmptyTensors) {
    EXPECT_TRUE(parse(with_tensor(R"({"dtype":"I8","shape":[0,5],"data_offsets":[0,0]})", 0)).ok());
    EXPECT_TRUE(parse(with_tensor(R"({"dtype":"F64","shape":[],"data_offsets":[0,8]})", 8)).ok());
}

TEST(Safetensors, AreRefusedWithAHeaderThatDoesNotFit) {
    EXPECT_EQ("m.safetensors: found 3 bytes, allowed: at least 8", refused("abc"));
    EXPECT_EQ("m.safetensors: found a header of 9 bytes, allowed: at most 2",
              refused(std::string("\x09\0\0\0\0\0\0\0{}", 10)));
    EXPECT_NE("", refused(std::string(8, '\xFF') + "{}"));
    EXPECT_NE("", refused(safetensors_with_header("{\"a\"", "")));
    EXPECT_NE("", refused(safetensors_with_header("[]", "")));
}

TEST(Safetensors, AreRefusedWithATypeThatNobodyReads) {
    EXPECT_EQ(
        "m.safetensors: /t/dtype: found \"U8\", allowed: 'F64', 'F32', 'F16', 'BF16', "
        "'I64', 'U64', 'I32', 'I8'",
        refused(with_tensor(R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})", 1)));
}

TEST(Safetensors, AreRefusedWhereTensorsDoNotFillTheFile) {
    EXPECT_NE("", refused(with_tensor(R"({"dtype":"I8","shape":[1],"data_offsets":[0,1]})", 2)));
    EXPECT_NE("", refused(with_tensor(R"({"dtype":"I8","shape":[1],"data_offsets":[1,2]})", 2)));
    EXPECT_NE("", refused(with_tensor(R"({"dtype":"I8","shape":[3],"data_offsets":[0,3]})", 2)));
    EXPECT_NE("", refused(with_tensor(R"({"dtype":"I8","shape":[2],"data_offsets":[2,0]})", 2)));
    EXPECT_NE("", refused(with_tensor(R"({"dtype":"I8","shape":[3],"data_offsets":[0,2]})", 2)));
    EXPECT_NE("", refused(with_tensor(R"({"dtype":"I8","shape":[-1],"data_offsets":[0,2]})", 2)));
    EXPECT_NE("", refused(with_tensor(R"({"dtype":"I8","shape":[2],"data_offsets":[0]})", 2)));
    EXPECT_NE("",
              refused(with_tensor(R"({"dtype":"F64","shape":[4294967295,4294967295,4294967295],)"
                                  R"("data_offsets":[0,2]})",
                                  2)));
}

TEST(Safetensors, AreRefusedWhereTensorsOverlap) {
    const std::string message =
        refused(safetensors_with_header(R"({"a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]},)"
                                        R"("b":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}})",
                                        "1234"));
    EXPECT_EQ(
        "m.safetensors: /b/data_offsets: found a beginning at 2, allowed: 3, where the one "
        "before ends",
        message);
}

}  // namespace
}  // namespace qr
