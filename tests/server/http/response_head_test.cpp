#include "server/http/response_head.h"

#include <gtest/gtest.h>

#include <string>

namespace qr::http {
namespace {

std::string print(const Response& response, ConnectionField connection = ConnectionField::none) {
    std::string head = "what was here before";
    print_head(response, "id-1", "Sun, 06 Nov 1994 08:49:37 GMT", connection, head);
    return head;
}

TEST(ResponseHead, SaysWhatClientsNeedInOneBlock) {
    EXPECT_EQ(print({.status = 200, .content_type = "text/plain", .body = "hello"}),
              "HTTP/1.1 200 OK\r\n"
              "Server: quantumrerank\r\n"
              "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
              "Content-Type: text/plain\r\n"
              "Content-Length: 5\r\n"
              "X-Request-Id: id-1\r\n"
              "\r\n");
}

TEST(ResponseHead, SaysHowTheConnectionGoesOn) {
    EXPECT_NE(print({}, ConnectionField::close).find("\r\nConnection: close\r\n"),
              std::string::npos);
    EXPECT_NE(print({}, ConnectionField::keep_alive).find("\r\nConnection: keep-alive\r\n"),
              std::string::npos);
}

TEST(ResponseHead, CarriesNoLengthWhereNoBodyMayBe) {
    EXPECT_EQ(print({.status = 204}).find("Content-"), std::string::npos);
    EXPECT_EQ(print({.status = 304}).find("Content-"), std::string::npos);
    EXPECT_NE(print({.status = 200, .content_type = {}}).find("Content-Length: 0\r\n"),
              std::string::npos);
}

TEST(ResponseHead, KeepsTheHandlersFieldsButNotOverOurs) {
    Response response;
    response.fields.add("Retry-After", "1");
    response.fields.add("content-length", "999");
    response.fields.add("Transfer-Encoding", "chunked");
    response.fields.add("CONNECTION", "upgrade");
    const std::string head = print(response);
    EXPECT_NE(head.find("\r\nRetry-After: 1\r\n"), std::string::npos);
    EXPECT_EQ(head.find("999"), std::string::npos);
    EXPECT_EQ(head.find("chunked"), std::string::npos);
    EXPECT_EQ(head.find("upgrade"), std::string::npos);
}

TEST(ResponseHead, LetsNoValueEndALine) {
    Response response;
    response.fields.add("X-A", "1\r\nSet-Cookie: a=b");
    response.fields.add("X-B: 2\r\nX-C", "3");
    response.fields.add("", "4");
    const std::string head = print(response);
    EXPECT_NE(head.find("\r\nX-A: 1  Set-Cookie: a=b\r\n"), std::string::npos);
    EXPECT_EQ(head.find("X-B"), std::string::npos);
    EXPECT_EQ(head.find("\r\n: 4"), std::string::npos);
}

TEST(ResponseHead, NamesStatuses) {
    EXPECT_EQ(reason_of(431), "Request Header Fields Too Large");
    EXPECT_EQ(reason_of(299), "Unknown");
}

TEST(DateLine, PrintsTheDateOfTheStandard) {
    DateLine date;
    EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
}

}  // namespace
}  // namespace qr::http
