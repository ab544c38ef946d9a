#include "perf/inputs/rerank_body.h"

#include <gtest/gtest.h>

#include <cmath>

namespace qr::perf {
namespace {

constexpr Shape kShape = {3, 6};

RerankRequest parsed(const RerankBody& body) {
    BufferPool buffers(0);
    return native::parse_rerank(payload_of(body), buffers, {}).value();
}

TEST(RerankBody, HoldsTheSameNumbersInEveryForm) {
    const std::string hash = pass_gate("binary", make_rerank_body(Form::binary, kShape),
                                       parsed(make_rerank_body(Form::binary, kShape)));
    for (const Form form : kForms) {
        const RerankBody body = make_rerank_body(form, kShape);
        EXPECT_EQ(hash, pass_gate(to_string(form), body, parsed(body)));
    }
}

TEST(RerankBody, StandsInTheFrameOfItsDialect) {
    const Frame frame{.opening = "A", .middle = "B", .closing = "C"};
    const std::string numbers = make_rerank_body(Form::base64, {1, 3}, frame).bytes;
    EXPECT_TRUE(numbers.starts_with(R"(A{"vector": ")")) << numbers;
    EXPECT_NE(std::string::npos, numbers.find(R"("}B[{"vector": ")")) << numbers;
    EXPECT_TRUE(numbers.ends_with(R"("}]C)")) << numbers;
    EXPECT_EQ(R"(A{"shape": [3]}B{"shape": [1, 3]}C)",
              make_rerank_body(Form::binary, {1, 3}, frame).bytes.substr(0, 34));
}

TEST(RerankBody, IsTheSameEveryTime) {
    for (const Form form : kForms)
        EXPECT_EQ(make_rerank_body(form, kShape).bytes, make_rerank_body(form, kShape).bytes);
}

TEST(RerankBodyGateDeathTest, RefusesAnotherNumber) {
    RerankBody body = make_rerank_body(Form::base64, kShape);
    const RerankRequest request = parsed(body);
    body.numbers[7] = std::nextafter(body.numbers[7], 1.0F);
    EXPECT_EXIT(pass_gate("body", body, request), testing::ExitedWithCode(1),
                "wrong: body: differs at value 7");
}

TEST(RerankBodyGateDeathTest, RefusesAnotherShape) {
    const RerankRequest request = parsed(make_rerank_body(Form::binary, {6, 3}));
    EXPECT_EXIT(pass_gate("body", make_rerank_body(Form::binary, kShape), request),
                testing::ExitedWithCode(1), "wrong: body: has another shape");
}

}  // namespace
}  // namespace qr::perf
