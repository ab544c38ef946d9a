#include "host/text/remote/service_info.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(ServiceInfo, ReadsWhatTeiTells) {
    const auto info = read_service_info(
        R"({"model_id":"BAAI/bge-small","model_type":{"embedding":{"pooling":"cls"}},)"
        R"("max_input_length":512,"max_client_batch_size":64,"version":"1.9"})");
    ASSERT_TRUE(info);
    EXPECT_EQ(info->model, "BAAI/bge-small");
    EXPECT_EQ(info->batch_max, 64);
    EXPECT_EQ(info->tokens_max, 512);
}

TEST(ServiceInfo, TakesNobodyElseForTei) {
    for (const char* body : {"", "not found", "[]", "{}", R"({"model_id":7})",
                             R"({"model_id":"m"})", R"({"max_client_batch_size":32})"})
        EXPECT_FALSE(read_service_info(body)) << body;
}

}  // namespace
}  // namespace qr
