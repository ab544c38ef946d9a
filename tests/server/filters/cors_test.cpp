#include "server/filters/cors.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

http::Request from(std::string origin) {
    http::Request request;
    if (!origin.empty()) request.fields.add("origin", std::move(origin));
    return request;
}

std::string header(const http::Response& response, std::string_view name) {
    for (const http::Field& field : response.fields.list()) {
        if (field.name == name) return field.value;
    }
    return "";
}

TEST(Cors, AddsNothingWhenNoOriginIsConfigured) {
    http::Response response;
    Cors({}).decorate(from("https://a.example"), response);
    EXPECT_TRUE(response.fields.list().empty());
}

TEST(Cors, NamesAnAllowedOriginAndNoOther) {
    const Cors cors({"https://a.example"});
    http::Response allowed, refused;
    cors.decorate(from("https://a.example"), allowed);
    cors.decorate(from("https://b.example"), refused);
    EXPECT_EQ(header(allowed, "Access-Control-Allow-Origin"), "https://a.example");
    EXPECT_EQ(header(refused, "Access-Control-Allow-Origin"), "");
    EXPECT_EQ(header(refused, "Vary"), "Origin");
}

TEST(Cors, AStarAllowsEveryOrigin) {
    http::Response response;
    Cors({"*"}).decorate(from("https://any.example"), response);
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "https://any.example");
}

TEST(Cors, PreflightListsVerbsAndTheHeadersABinaryRequestNeeds) {
    const http::Response response =
        Cors({"*"}).preflight(from("https://a.example"), {http::Verb::post, http::Verb::options});
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "POST, OPTIONS");
    EXPECT_NE(header(response, "Access-Control-Allow-Headers").find("Inference-Header-Content-"),
              std::string::npos);
}

TEST(Cors, PreflightOfAForeignOriginGrantsNothing) {
    const http::Response response =
        Cors({"https://a.example"}).preflight(from("https://b.example"), {http::Verb::post});
    EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "");
    EXPECT_EQ(header(response, "Allow"), "POST");
}

}  // namespace
}  // namespace qr
