// An App on a port of its own and clients for it, for tests of the server as a whole.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "server/app/app.h"
#include "tests/support/stand_in_encoder.h"
#include "tests/support/wire_client.h"

namespace qr::test {

inline constexpr const char* kRerank =
    R"({"query":[1,0],"documents":[[0,1],[2,0]],"method":"cosine"})";

inline std::string get_bytes(const std::string& path, const std::string& fields = "") {
    return "GET " + path + " HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n";
}

inline std::string post_bytes(const std::string& path, const std::string& body,
                              const std::string& fields = "") {
    return "POST " + path +
           " HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           fields + "\r\n" + body;
}

// An App whose texts a StandInEncoder turns into vectors.
inline AppOptions with_encoder() {
    AppOptions options;
    options.make_encoder = [](const Config&, const Clock&, BufferPool&) {
        return Result<std::unique_ptr<Encoder>>(std::make_unique<StandInEncoder>());
    };
    return options;
}

// An App on a port of its own, its log kept in memory.
class Served {
  public:
    explicit Served(Config config = {}, AppOptions options = {})
        : config_(with_any_port(std::move(config))),
          log_({.level = LogLevel::info,
                .sink = [this](std::string_view lines) { text_ += lines; }}),
          app_(config_, log_, std::move(options)) {
        EXPECT_TRUE(app_.load_encoder().ok());
        EXPECT_TRUE(app_.listen().ok());
    }

    App& app() { return app_; }
    WireClient client() { return WireClient(app_.port()); }

    WireAnswer get(const std::string& path, const std::string& fields = "") {
        return ask(get_bytes(path, fields));
    }
    WireAnswer post(const std::string& path, const std::string& body,
                    const std::string& fields = "") {
        return ask(post_bytes(path, body, fields));
    }
    WireAnswer ask(const std::string& bytes) {
        WireClient connection = client();
        std::optional<WireAnswer> answer = connection.exchange(bytes);
        EXPECT_TRUE(answer.has_value()) << bytes.substr(0, 80);
        return answer.value_or(WireAnswer{});
    }

    // Everything logged, after the app has stopped.
    std::string stopped_log() {
        app_.stop();
        log_.flush();
        return text_;
    }

  private:
    static Config with_any_port(Config config) {
        config.port = 0;
        return config;
    }

    const Config config_;
    std::string text_;
    Log log_;
    App app_;
};

}  // namespace qr::test
