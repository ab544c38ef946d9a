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
