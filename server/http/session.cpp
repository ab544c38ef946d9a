#include "server/http/session.h"

#include <algorithm>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "server/http/body_reader.h"
#include "server/http/request_id.h"
#include "server/http/response_head.h"
#include "server/http/syntax.h"
#include "server/http/wire_stream.h"

namespace qr::http {
namespace {

namespace asio = boost::asio;

// A head has arrived and its answer is not yet out.
class InFlight {
  public:
    explicit InFlight(IoThread& home) : home_(home) { home_.begin_request(); }
    ~InFlight() { home_.end_request(); }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

  private:
    IoThread& home_;
};

bool asks_to_close(const Response& response) {
    for (const Field& field : response.fields.list()) {
        if (equals_ignoring_case(field.name, "connection")) {
            return equals_ignoring_case(field.value, "close");
        }
    }
    return false;
}

Error broken_off(const Wire& wire) {
    if (wire.has_expired()) {
        return {.code = Code::request_timeout, .message = "head: not complete in the time allowed"};
    }
    return {.code = Code::malformed, .message = "head: the client ended before it was complete"};
}

Error client_left() {
    return {.code = Code::cancelled, .message = "the client left before its answer"};
}

// What a client is told of an exception: where its words are, and not the words themselves.
Error our_fault() {
    return {.code = Code::internal,
            .message = "the server failed to handle this request; its log says more under this id"};
}

}  // namespace

Session::Session(IoThread& home, Socket socket, std::string peer, Admission admission)
    : home_(home),
      context_(home.context()),
      wire_(std::move(socket), context_.clock, context_.limits),
      peer_(std::move(peer)),
      admission_(admission) {}

Session::~Session() {
    home_.leave(*this);
    wire_.close();
    home_.forget(admission_);
}

asio::awaitable<void> Session::run() {
    home_.enter(*this);
    Next next = Next::another_turn;
    try {
        while (next == Next::another_turn) {
            auto turn = admission_ == Admission::admitted ? take_turn() : refuse_connection();
            next = co_await std::move(turn);
        }
        if (next == Next::linger) {
            auto lingering = wire_.linger(context_.limits.body_bytes_max);
            co_await std::move(lingering);
        }
    } catch (const std::bad_alloc&) {
        // Without memory for so much as an answer, closing is all that is left.
    }
}

asio::awaitable<Session::Next> Session::refuse_connection() {
    Turn turn;
    turn.head.request.peer = peer_;
    turn.head.request.started = context_.clock.now();
    identify(turn.head.request);
    turn.is_body_unread = true;
    turn.response =
        describe(turn.head.request,
                 {.code = Code::unavailable,
                  .message = "connections: all " + std::to_string(context_.limits.connections_max) +
                             " are in use"});
    if (!turn.response.fields.has("Retry-After")) turn.response.fields.add("Retry-After", "1");
    auto answering = answer(turn);
    co_return co_await std::move(answering);
}

asio::awaitable<Session::Next> Session::take_turn() {
    Turn turn;
    auto reading = read_head(turn);
    std::optional<Result<Head>> head = co_await std::move(reading);
    if (!head) co_return Next::close;

    const InFlight in_flight(home_);
    const TimePoint started = turn.head.request.started;
    const bool is_understood = head->ok();
    if (is_understood) turn.head = std::move(*head).value();
    turn.head.request.started = started;
    turn.head.request.peer = peer_;
    identify(turn.head.request);
    if (is_understood) {
        auto responding = respond(turn);
        co_await std::move(responding);
    } else {
        turn.is_body_unread = true;
        turn.response = describe(turn.head.request, head->error());
    }
    auto answering = answer(turn);
    co_return co_await std::move(answering);
}

asio::awaitable<std::optional<Result<Head>>> Session::read_head(Turn& turn) {
    const Limits& limits = context_.limits;
    wire_.compact();
    if (wire_.ahead().empty()) {
        wire_.set_deadline(context_.clock.now() + patience());
        is_idle_ = true;
        auto reading = wire_.read_first();
        const std::size_t got = co_await std::move(reading);
        is_idle_ = false;
        if (got == 0) co_return std::nullopt;
    }
    turn.head.request.started = context_.clock.now();
    HeadScanner scanner;
    while (true) {
        const auto extent = scanner.scan(wire_.ahead());
        if (!extent.ok()) co_return extent.error();
        if (extent->has_value()) {
            const auto [begin, end] = **extent;
            Result<Head> head = parse_head(wire_.ahead().substr(begin, end - begin), limits);
            wire_.consume(end);
            wire_.clear_deadline();
            turn.exchange.bytes_in = end;
            co_return head;
        }
        if (wire_.room_ahead() == 0) {
            co_return Error{.code = Code::headers_too_large,
                            .message = "head: larger than the allowed " +
                                       std::to_string(limits.head_bytes_max) + " bytes"};
        }
        // Never renewed: a head that arrives a byte at a time is late all the same.
        wire_.set_deadline(turn.head.request.started + limits.head_timeout);
        auto reading = wire_.read_ahead();
        const std::size_t got = co_await std::move(reading);
        if (got == 0) co_return broken_off(wire_);
    }
}

asio::awaitable<void> Session::respond(Turn& turn) {
    std::optional<Response> refusal = refuse(turn);
    if (refusal) {
        turn.response = std::move(*refusal);
        drop_unread_body(turn);
        co_return;
    }
    if (turn.head.request.takes_stream) {
        auto streaming = respond_to_stream(turn);
        co_await std::move(streaming);
        co_return;
    }
    auto taking = take_body(turn);
    const std::optional<Error> error = co_await std::move(taking);
    turn.exchange.read = context_.clock.now() - turn.head.request.started;
    if (error) {
        turn.is_body_unread = true;
        turn.response = describe(turn.head.request, *error);
        co_return;
    }
    turn.head.request.client = this;
    auto handling = handle(turn.head.request);
    turn.response = co_await std::move(handling);
    end_handling(turn);
}

// The body is read as the handler asks for it; what it leaves unread ends the connection.
asio::awaitable<void> Session::respond_to_stream(Turn& turn) {
    Request& request = turn.head.request;
    WireStream stream({wire_, context_.buffers, context_.clock, context_.limits}, turn.head);
    request.stream = &stream;
    request.client = this;
    auto handling = handle(request);
    turn.response = co_await std::move(handling);
    request.stream = nullptr;
    end_handling(turn);
    turn.exchange.read = context_.clock.now() - request.started;
    turn.exchange.bytes_in += stream.received();
    turn.is_body_unread = !stream.is_ended();
    if (stream.received() == 0) drop_unread_body(turn);
}

void Session::end_handling(Turn& turn) {
    turn.head.request.client = nullptr;
    wire_.unwatch();
    if (has_client_left_) turn.response = describe(turn.head.request, client_left());
}

void Session::on_gone(std::function<void()> gone) {
    wire_.watch([this, told = std::move(gone)] {
        has_client_left_ = true;
        told();
    });
}

std::optional<Response> Session::refuse(Turn& turn) {
    Request& request = turn.head.request;
    try {
        if (std::optional<Response> refusal = context_.application.refuse(request)) return refusal;
    } catch (const std::exception& exception) {
        context_.application.failed(request, exception.what());
        return describe(request, our_fault());
    }
    if (turn.head.expectation == Expectation::unknown) {
        Response response = describe(
            request, {.code = Code::malformed, .message = "Expect: allowed is 100-continue alone"});
        response.status = 417;
        return response;
    }
    const Result<void> body = check_body(turn.head, context_.limits);
    if (body.ok()) return std::nullopt;
    Response response = describe(request, body.error());
    if (body.error().code == Code::unsupported_media_type) {
        response.fields.add("Accept-Encoding", "gzip, identity");
    }
    return response;
}

// A refused body that has arrived already costs nothing to skip; any other ends the connection.
void Session::drop_unread_body(Turn& turn) {
    const std::optional<std::size_t> length = turn.head.request.content_length;
    const bool has_arrived =
        length && *length <= wire_.ahead().size() && turn.head.expectation == Expectation::none;
    turn.is_body_unread = turn.head.body != BodyKind::none && !has_arrived;
    if (has_arrived) wire_.consume(*length);
}

asio::awaitable<std::optional<Error>> Session::take_body(Turn& turn) {
    if (turn.head.body == BodyKind::none) co_return std::nullopt;
    const BodySource source{wire_, context_.buffers, context_.clock, context_.limits};
    auto reading = read_body(source, turn.head);
    const Result<std::size_t> received = co_await std::move(reading);
    if (!received.ok()) co_return received.error();
    turn.exchange.bytes_in += *received;
    co_return std::nullopt;
}

asio::awaitable<Response> Session::handle(Request& request) {
    Error error = our_fault();
    try {
        auto handling = context_.application.handle(request);
        co_return co_await std::move(handling);
    } catch (const std::bad_alloc&) {
        error = {.code = Code::out_of_memory, .message = "no memory to handle this request"};
    } catch (const std::exception& exception) {
        context_.application.failed(request, exception.what());
    } catch (...) {
        context_.application.failed(request, "an exception of unknown type");
    }
    co_return describe(request, error);
}

Response Session::describe(const Request& request, const Error& error) noexcept {
    try {
        return context_.application.describe(request, error);
    } catch (...) {
        return {.status = 500, .content_type = {}};
    }
}

// How long to wait for a request to begin.
Duration Session::patience() const {
    const Limits& limits = context_.limits;
    const auto usual = turns_ == 0 ? limits.head_timeout : limits.idle_timeout;
    return context_.is_draining.load() ? std::min(usual, limits.drain_grace) : usual;
}

bool Session::is_last(const Turn& turn) const {
    return turn.is_body_unread || !turn.head.is_kept_alive || context_.is_draining.load() ||
           turns_ >= context_.limits.requests_per_connection_max || asks_to_close(turn.response);
}

asio::awaitable<Session::Next> Session::answer(Turn& turn) {
    ++turns_;
    const bool closes = is_last(turn);
    ConnectionField connection = closes ? ConnectionField::close : ConnectionField::none;
    if (!closes && turn.head.is_http_1_0) connection = ConnectionField::keep_alive;
    print_head(turn.response, turn.head.request.id, home_.date(), connection, head_text_);
    const bool sends_body = turn.head.request.verb != Verb::head && has_body(turn.response.status);
    const std::string_view body = sends_body ? turn.response.body : std::string_view();

    const std::size_t written_before = wire_.bytes_written();
    if (has_client_left_) {
        turn.exchange.is_complete = false;
    } else {
        auto writing = wire_.write(head_text_, body);
        turn.exchange.is_complete = co_await std::move(writing);
    }
    turn.exchange.bytes_out = wire_.bytes_written() - written_before;
    turn.exchange.total = context_.clock.now() - turn.head.request.started;
    context_.application.completed(turn.head.request, turn.response, turn.exchange);
    turn.head.request.held.reset();

    if (!turn.exchange.is_complete) co_return Next::close;
    if (!closes) co_return Next::another_turn;
    co_return turn.is_body_unread || wire_.has_unread() ? Next::linger : Next::close;
}

void Session::drain() {
    if (is_idle_) wire_.hasten(context_.clock.now() + context_.limits.drain_grace);
}

}  // namespace qr::http
