#include "perf/load/connection.h"

#include <algorithm>
#include <array>
#include <utility>

namespace qr::load {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

}  // namespace

std::optional<std::string> Connection::open(const sockaddr_in& address, const TlsContext* tls) {
    has_served_ = has_ended_ = false;
    return stream_.open(address, tls);
}

void Connection::close() {
    stream_.close();
    head_ = body_ = {};
}

void Connection::begin(std::string_view head, std::string_view body,
                       ResponseParser::Body answer_body) {
    head_ = head;
    body_ = body;
    parser_ = ResponseParser(answer_body);
}

Connection::Written Connection::write(std::string& why) {
    while (!is_written()) {
        Stream::Io io = stream_.write(head_, body_);
        if (io.kind == Stream::Io::Kind::later) break;
        if (io.kind != Stream::Io::Kind::moved) {
            why = std::move(io.why);
            return Written::broken;
        }
        const std::size_t of_head = std::min(head_.size(), io.bytes);
        head_.remove_prefix(of_head);
        body_.remove_prefix(io.bytes - of_head);
    }
    return Written::as_far_as_it_goes;
}

bool Connection::finish_writing() {
    std::string why;
    return write(why) == Written::as_far_as_it_goes;
}

Connection::Outcome Connection::broken(std::string why) {
    Failure failure = Failure::closed;
    if (stream_.stage() == Stream::Stage::connecting) {
        failure = Failure::connect;
    } else if (stream_.stage() == Stream::Stage::handshake) {
        failure = Failure::handshake;
    } else if (parser_.has_begun()) {
        failure = Failure::half_answer;
    } else if (has_served_) {
        failure = Failure::stale;
    } else if (!why.empty()) {
        failure = Failure::reset;
    }
    return {Outcome::Kind::failed, failure, why.empty() ? "the server closed" : std::move(why)};
}

Connection::Outcome Connection::read() {
    std::array<char, kReadBytes> buffer;
    while (true) {
        Stream::Io io = stream_.read(buffer);
        if (io.kind == Stream::Io::Kind::later) return {};
        if (io.kind != Stream::Io::Kind::moved) return broken(std::move(io.why));
        switch (parser_.feed({buffer.data(), io.bytes})) {
            case ResponseParser::Progress::more:
                continue;
            case ResponseParser::Progress::refused:
                return {Outcome::Kind::failed, Failure::malformed, parser_.refusal()};
            case ResponseParser::Progress::done:
                has_served_ = true;
                return {Outcome::Kind::answered};
        }
    }
}

Connection::Outcome Connection::advance() {
    std::string why;
    const Written written = write(why);
    if (stream_.stage() != Stream::Stage::ready)
        return written == Written::broken ? broken(std::move(why)) : Outcome{};
    // A server that answers early and closes breaks the write, yet its answer may have come.
    Outcome outcome = read();
    if (written != Written::broken) return outcome;
    has_ended_ = true;
    if (outcome.kind == Outcome::Kind::pending) return broken(std::move(why));
    return outcome;
}

}  // namespace qr::load
