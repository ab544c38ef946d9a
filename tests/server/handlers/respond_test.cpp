#include "server/handlers/respond.h"

#include <gtest/gtest.h>

#include <cstring>

namespace qr {
namespace {

http::Request with_body(std::string_view body) {
    http::Request request;
    request.storage = Buffer(body.size());
    std::memcpy(request.storage.data(), body.data(), body.size());
    request.body_size = body.size();
    return request;
}

std::string header(const http::Response& response, std::string_view name) {
    for (const http::Field& field : response.fields.list()) {
        if (field.name == name) return field.value;
    }
    return "";
}

TEST(Respond, AnErrorCarriesTheHeadersItsStatusAsksFor) {
    const http::Request request;
    EXPECT_EQ(header(error_response({.code = Code::overloaded}, request), "Retry-After"), "1");
    EXPECT_EQ(header(error_response({.code = Code::unavailable}, request), "Retry-After"), "1");
    EXPECT_EQ(
        header(error_response({.code = Code::method_not_allowed, .allowed = "GET, HEAD"}, request),
               "Allow"),
        "GET, HEAD");
    EXPECT_EQ(header(error_response({.code = Code::unauthenticated}, request), "WWW-Authenticate"),
              "Bearer");
    EXPECT_TRUE(error_response({.code = Code::invalid}, request).fields.list().empty());
}

TEST(Respond, SaysWhenToComeBackInWholeSecondsAndInMilliseconds) {
    struct Case {
        std::chrono::microseconds time;
        std::string seconds, milliseconds;
    };
    for (const Case& one : {Case{std::chrono::microseconds(0), "1", "1"},
                            Case{std::chrono::microseconds(1'000), "1", "1"},
                            Case{std::chrono::microseconds(999'001), "1", "1000"},
                            Case{std::chrono::microseconds(1'000'001), "2", "1001"},
                            Case{std::chrono::seconds(30), "30", "30000"}}) {
        const http::Response response = error_response({.code = Code::overloaded}, {}, one.time);
        EXPECT_EQ(header(response, "Retry-After"), one.seconds) << one.time.count();
        EXPECT_EQ(header(response, "retry-after-ms"), one.milliseconds) << one.time.count();
    }
}

TEST(Respond, TakesJsonAndOctetsWhateverTheParametersAndCase) {
    for (const char* type :
         {"", "application/json", "Application/JSON; charset=utf-8", "application/octet-stream"}) {
        http::Request request = with_body("{}");
        if (*type != '\0') request.fields.add("content-type", type);
        const Result<native::Payload> payload = take_payload(request);
        ASSERT_TRUE(payload.ok()) << type;
        EXPECT_EQ(payload->size, 2u);
        EXPECT_FALSE(payload->header_length.has_value());
    }
}

TEST(Respond, RefusesAnotherContentTypeNamingTheAllowedOnes) {
    http::Request request = with_body("{}");
    request.fields.add("content-type", "text/plain");
    const Error error = take_payload(request).error();
    EXPECT_EQ(error.code, Code::unsupported_media_type);
    EXPECT_EQ(error.message,
              "Content-Type: found 'text/plain', allowed: application/json or "
              "application/octet-stream");
}

TEST(Respond, TakesTheHeaderLengthOfABinaryBody) {
    http::Request request = with_body("{}abcd");
    request.fields.add("inference-header-content-length", "2");
    EXPECT_EQ(take_payload(request)->header_length, 2u);
}

TEST(Respond, RefusesAHeaderLengthThatIsNoLengthOrPassesTheBody) {
    for (const char* length : {"x", "-1", "2x", "7", "99999999999999999999"}) {
        http::Request request = with_body("{}abcd");
        request.fields.add("inference-header-content-length", length);
        const Result<native::Payload> payload = take_payload(request);
        ASSERT_FALSE(payload.ok()) << length;
        EXPECT_EQ(payload.error().code, Code::invalid);
        EXPECT_EQ(payload.error().allowed, "0..6");
    }
}

}  // namespace
}  // namespace qr
