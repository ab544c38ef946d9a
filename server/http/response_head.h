// Prints the head of an answer: status line, our own fields, then the handler's.
//
// Whatever a handler puts into a field, no byte of it can end a line or forge a field.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace qr::http {

std::string_view reason_of(int status);

// 1xx, 204 and 304 never carry a body.
bool has_body(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT", printed once a second. One per io thread.
class DateLine {
  public:
    std::string_view at(std::time_t now);

  private:
    std::time_t printed_ = -1;
    std::string text_;
};

enum class ConnectionField { none, close, keep_alive };

// Replaces `head`. Fields that are ours to say (Content-Length, Connection, Date...) are dropped
// from the response's own. `id` becomes X-Request-Id unless empty.
void print_head(const Response& response, std::string_view id, std::string_view date,
                ConnectionField connection, std::string& head);

}  // namespace qr::http
