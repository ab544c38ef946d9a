#include "server/dialects/npy.h"

#include <gtest/gtest.h>

#include <string>

namespace qr::collections {
namespace {

std::string npy(const std::string& header, std::size_t number_bytes, char version = 1) {
    std::string file = "\x93NUMPY";
    file += version;
    file += '\0';
    file += static_cast<char>(header.size() & 0xFF);
    file += static_cast<char>(header.size() >> 8);
    if (version > 1) file += std::string(2, '\0');
    return file + header + std::string(number_bytes, '\1');
}

Result<NpyFile> parse(const std::string& file) {
    return parse_npy(std::as_bytes(std::span(file.data(), file.size())));
}

std::string refusal(const std::string& file) {
    const auto parsed = parse(file);
    return parsed.ok() ? "accepted" : parsed.error().message;
}

TEST(Npy, ReadsWhatNumpySaves) {
    const std::string file =
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }          \n", 24);
    const auto parsed = parse(file);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->type, NpyType::float32);
    EXPECT_EQ(parsed->rows, 2U);
    EXPECT_EQ(parsed->dimension, 3U);
    EXPECT_EQ(static_cast<const void*>(parsed->numbers.data()), file.data() + file.size() - 24);
}

TEST(Npy, ReadsEveryVersionTypeOrderOfKeysAndSpacing) {
    for (const char version : {'\1', '\2', '\3'}) {
        EXPECT_EQ(
            refusal(npy("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2)}", 4, version)),
            "accepted");
    }
    EXPECT_EQ(parse(npy("{\"shape\":(1,2,),\"descr\":\"<f8\",\"fortran_order\":False}", 16))->type,
              NpyType::float64);
    EXPECT_EQ(parse(npy("{'descr': '|i1', 'fortran_order': False, 'shape': (4, 1), }\n", 4))->type,
              NpyType::int8);
}

TEST(Npy, SaysWhatItDoesNotRead) {
    EXPECT_EQ(refusal(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }", 4)),
              ".npy descr: found '>f4', allowed: '<f4', '<f2', '<f8' or '|i1'");
    EXPECT_EQ(
        refusal(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", 4)),
        ".npy fortran_order: found True, allowed: False: numpy.ascontiguousarray makes it so");
    EXPECT_EQ(refusal(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12)),
              ".npy shape: found 1 axes, allowed: (rows, dimension)");
}

TEST(Npy, HoldsAsManyNumbersAsItSays) {
    for (const std::size_t bytes : {0U, 23U, 25U, 28U}) {
        EXPECT_NE(
            refusal(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", bytes)),
            "accepted");
    }
    for (const char* const shape : {"(0, 3)", "(2, 0)", "(4294967296, 4294967296)"}) {
        EXPECT_NE(refusal(npy("{'descr': '<f4', 'fortran_order': False, 'shape': " +
                                  std::string(shape) + ", }",
                              0)),
                  "accepted");
    }
}

TEST(Npy, RefusesWhatIsNone) {
    EXPECT_EQ(refusal(""),
              "body: found other bytes at its beginning, allowed: a .npy file, "
              "versions 1 to 3");
    EXPECT_EQ(refusal("\x93NUMPY"),
              "body: found an end before its version, allowed: a .npy file, versions 1 to 3");
    EXPECT_EQ(refusal(npy("{}", 0, 4)),
              "body: found version 4, allowed: a .npy file, versions 1 to 3");
    for (const char* const header :
         {"{}", "", "{'descr': '<f4'", "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 1)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1)}",
          "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 1)}", "{'x': 1}"}) {
        EXPECT_EQ(refusal(npy(header, 4)),
                  "body: found a header that is none, allowed: a .npy file, versions 1 to 3")
            << header;
    }
}

}  // namespace
}  // namespace qr::collections
