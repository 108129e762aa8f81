#include "http_session.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <cassert>
#include <chrono>
#include <utility>

#include "carillon/net/streams.hpp"
#include "carillon/runtime/wall_clock.hpp"
#include "request_target.hpp"

namespace carillon {
namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;
using std::chrono::seconds;

constexpr std::size_t pending_bytes_max =
    65536;  // Read ahead while a request waits for its answer.
constexpr std::size_t unsent_bytes_max =
    262144;  // Of answers; beyond it no further request is parsed.
/// Both, until an authenticated request has succeeded.
constexpr std::size_t stranger_bytes_max = 16384;
constexpr std::size_t upgrade_head_bytes_max = 32768;
constexpr seconds discard_time_max{2};

/// Accepts more than the check of the handshake does, which then gives the reason of a refusal.
bool wants_websocket(const http::request<http::string_body>& message) {
    const auto [begin, end] = message.equal_range(http::field::upgrade);
    for (auto field = begin; field != end; ++field) {
        const auto value = field->value();
        for (std::size_t at = 0; at + 9 <= value.size(); ++at) {
            if (iequals(value.substr(at, 9), "websocket")) return true;
        }
    }
    return false;
}

HttpResponse not_served(const HttpRoutes::Match& match) {
    if (match.allowed.empty()) return {.status = 404, .body = "Not found\n"};
    return {.status = 405, .body = "Method not allowed\n", .headers = {{"Allow", match.allowed}}};
}

}  // namespace

HttpSession::HttpSession(HttpServer& server, TcpStream& stream) : server_(server), stream_(stream) {
    arm(seconds(server_.options_.header_timeout_seconds));
}

HttpSession::~HttpSession() {
    // If the server is gone, it has set this to 0.
    if (unauthenticated_bytes_ > 0) server_.count_unauthenticated(*this, 0);
}

void HttpSession::enter(State next) noexcept {
    [[maybe_unused]] const auto is_legal = [this, next] {
        if (next == State::discarding) return state_ != State::handed_over;
        switch (state_) {
            case State::reading:
                return next == State::parked || next == State::moving || next == State::answering;
            case State::parked:
                return next == State::answering;
            case State::moving:
                return next == State::handed_over;
            case State::answering:
                return next == State::reading || next == State::handed_over;
            case State::discarding:
            case State::handed_over:
                return false;
        }
        return false;
    };
    assert(is_legal());
    state_ = next;
}

void HttpSession::enter(Part next) noexcept {
    // A request that another shard has parsed begins here with its body.
    assert(next != part_ && !(part_ == Part::body && next == Part::head));
    part_ = next;
}

void HttpSession::enter(Turn next) noexcept {
    assert(next != turn_ &&
           (turn_ == Turn::idle || turn_ == Turn::consuming || next == Turn::idle));
    turn_ = next;
}

void HttpSession::enter(Input next) noexcept {
    assert(input_ == Input::flowing && next == Input::ended);
    input_ = next;
}

void HttpSession::on_bytes(std::span<char> bytes) {
    if (state_ == State::discarding) return;
    if (pending_.empty() && can_read()) {
        keep_rest(bytes.subspan(consume(bytes)));
    } else {
        pending_.append(bytes.data(), bytes.size());
    }
    pump();
}

void HttpSession::on_end() {
    if (input_ == Input::flowing) enter(Input::ended);  // A moved stream reports its end twice.
    handle_end();
}

void HttpSession::handle_end() {
    if (lost_) {
        enter(State::discarding);
        arm(seconds(server_.options_.idle_timeout_seconds));
        std::exchange(lost_, nullptr)();
    }
    if (state_ == State::discarding) return stream_.close_when_sent();
    pump();
}

void HttpSession::on_lost() {
    cancel();
    enter(State::discarding);
    if (lost_) std::exchange(lost_, nullptr)();
}

void HttpSession::on_drained() {
    if (state_ == State::moving) return move();
    if (state_ == State::discarding) return arm(discard_time_max);
    pump();
}

void HttpSession::pump() {
    advance();
    count_unauthenticated();
}

void HttpSession::advance() {
    if (turn_ == Turn::consuming || state_ == State::handed_over || state_ == State::discarding)
        return;
    if (can_read() && !pending_.empty()) {
        std::string bytes = std::exchange(pending_, {});
        keep_rest(std::span<char>(bytes).subspan(consume(bytes)));
        if (state_ == State::handed_over || state_ == State::discarding) return;
    }
    if (state_ == State::reading && backlogged()) stream_.await_drain();
    if (input_ == Input::ended) {
        if (can_read()) stream_.close_when_sent();  // The rest is not a complete request.
        return;
    }
    if (!can_read() && pending_.size() > (is_known_ ? pending_bytes_max : stranger_bytes_max)) {
        stream_.pause_reading();
    } else {
        stream_.resume_reading();
    }
}

bool HttpSession::can_read() const noexcept {
    const bool waits = turn_ == Turn::yielded || turn_ == Turn::paced;
    return state_ == State::reading && !waits && !backlogged();
}

bool HttpSession::backlogged() const noexcept {
    return stream_.queued_bytes() > (is_known_ ? unsent_bytes_max : stranger_bytes_max);
}

std::size_t HttpSession::consume(std::span<char> bytes) {
    enter(Turn::consuming);
    std::size_t used = 0;
    while (can_read() && used < bytes.size()) {
        if (used > 0 && part_ == Part::none && server_.loop_.turn_expired()) {
            yield();
        } else if (!parse(bytes.subspan(used), used)) {
            break;
        } else if (parser_ && parser_->is_done()) {
            dispatch();
        }
    }
    if (turn_ == Turn::consuming) enter(Turn::idle);
    return used;
}

void HttpSession::yield() {
    enter(Turn::yielded);
    server_.loop_.post([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->enter(Turn::idle);
        self->pump();
    });
}

void HttpSession::keep_rest(std::span<char> rest) {
    if (successor_) {
        if (!rest.empty()) std::exchange(successor_, nullptr)->on_bytes(rest);
    } else if (state_ != State::discarding) {
        pending_.insert(0, rest.data(), rest.size());
    }
}

void HttpSession::begin_request() {
    parser_.reset(new HttpParser);
    parser_->header_limit(static_cast<std::uint32_t>(
        std::max<std::size_t>(server_.options_.max_header_bytes, upgrade_head_bytes_max)));
    parser_->body_limit(server_.options_.max_body_bytes);
    head_fields_.reset();
    head_bytes_ = 0;
    is_authenticated_ = false;
    enter(Part::head);
    arm(seconds(server_.options_.header_timeout_seconds));
}

void HttpSession::end_request() {
    parser_.reset();
    enter(Part::none);
}

bool HttpSession::parse(std::span<char> bytes, std::size_t& used) {
    if (part_ == Part::none) begin_request();
    // Nothing shorter ends a chunked body, and Beast asserts that the end of an empty one does not
    // come in pieces.
    constexpr std::size_t chunked_end_bytes = std::string_view("0\r\n\r\n").size();
    if (part_ == Part::body && parser_->chunked() && bytes.size() < chunked_end_bytes) return false;
    boost::system::error_code error;
    const std::size_t taken = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    used += taken;
    // Beast's own limit forgets the fields that it took from earlier reads. What it leaves is part
    // of a head, of a chunk's head or of the trailers.
    const bool is_head = part_ == Part::head;
    if (is_head) head_bytes_ += taken;
    const std::size_t left = error == http::error::need_more ? bytes.size() - taken : 0;
    if ((is_head ? head_bytes_ : 0) + left > head_bytes_max()) {
        error = http::error::header_limit;
    }
    if (error == http::error::need_more) return false;
    if (error) {
        refuse(error);
        return false;
    }
    if (!is_head || !parser_->is_header_done()) return true;
    enter(Part::body);
    return accept_head(bytes.subspan(taken));
}

bool HttpSession::accept_head(std::span<const char> rest) {
    if (parser_->chunked()) head_fields_ = static_cast<const http::fields&>(parser_->get());
    auto refusal = head_refusal();
    const auto body = parser_->content_length_remaining();
    // A body that has arrived already costs nothing to keep, and its connection can be kept, too.
    const bool is_to_come =
        !parser_->is_done() && (parser_->chunked() || !body || *body > rest.size());
    if (!refusal && is_to_come) refusal = check_route();
    if (refusal) {
        answer(*refusal);
        return false;
    }
    const auto& head = parser_->get();
    if (!parser_->is_done() && head.version() >= 11 &&
        iequals(head[http::field::expect], "100-continue")) {
        stream_.send(Frame::copy_of("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    return true;
}

/// A browser sends all cookies of the site with an upgrade.
std::size_t HttpSession::head_bytes_max() const {
    const std::size_t max = server_.options_.max_header_bytes;
    const auto& head = parser_->get();
    const bool may_upgrade =
        head.method() == http::verb::get && head.target().find("/app/") != head.target().npos;
    return may_upgrade ? std::max(max, upgrade_head_bytes_max) : max;
}

std::optional<HttpResponse> HttpSession::check_route() {
    if (wants_websocket(parser_->get())) return std::nullopt;
    HttpRequest request = current_request();
    HttpRoutes::Match match = server_.routes_.find(request.method(), request.path);
    if (match.handler == nullptr) return not_served(match);
    if (match.check == nullptr) return std::nullopt;
    request.path_values = std::move(match.values);
    auto refusal = (*match.check)(request);
    is_authenticated_ = !refusal;
    return refusal;
}

void HttpSession::count_unauthenticated() {
    if (turn_ == Turn::consuming || state_ == State::handed_over) return;
    std::size_t bytes = is_known_ ? 0 : pending_.size();
    if (parser_ && !is_authenticated_ && state_ == State::reading) {
        bytes += head_bytes_ + parser_->get().body().size();
    }
    server_.count_unauthenticated(*this, bytes);
    server_.drop_excess();
}

bool HttpSession::is_waiting() const noexcept {
    if (stream_.closed()) return false;
    if (state_ == State::discarding) return true;
    const bool has_part = part_ != Part::none || !pending_.empty();
    return state_ == State::reading && (!has_part || (!is_known_ && !is_authenticated_));
}

void HttpSession::drop() {
    cancel();
    enter(State::discarding);
    pending_.clear();
    server_.count_unauthenticated(*this, 0);
    ListHook<HttpSessions>::unlink();
    ListHook<HttpStrangers>::unlink();
    stream_.close();
}

void HttpSession::give_up() {
    server_.count_unauthenticated(*this, 0);
    pending_.clear();
    answer({.status = 503,
            .body = "Too many requests are on their way\n",
            .headers = {{"Retry-After", "1"}},
            .close = true});
}

std::optional<HttpResponse> HttpSession::head_refusal() const {
    const auto& head = parser_->get();
    if (head.version() >= 11 && head.count(http::field::host) != 1) {  // RFC 9112, 3.2.
        return HttpResponse{
            .status = 400, .body = "Exactly one Host header is required\n", .close = true};
    }
    const auto codings = head.count(http::field::transfer_encoding);
    if (codings == 0) return std::nullopt;
    if (head.version() < 11 || head.count(http::field::content_length) > 0) {  // RFC 9112, 6.1.
        return HttpResponse{.status = 400, .body = "Ambiguous body length\n", .close = true};
    }
    if (codings == 1 && iequals(head[http::field::transfer_encoding], "chunked")) {
        return std::nullopt;
    }
    return HttpResponse{.status = 501, .body = "Unknown transfer encoding\n", .close = true};
}

void HttpSession::refuse(boost::system::error_code error) {
    HttpResponse response{.status = 400, .body = "Malformed HTTP request\n", .close = true};
    if (error == http::error::header_limit) {
        response = {.status = 431, .body = "Request header too large\n", .close = true};
    } else if (error == http::error::body_limit) {
        response = {.status = 413, .body = "Request body too large\n", .close = true};
    }
    answer(response);
}

/// Beast adds the trailer of a chunked body to the header fields. A client could thus append to the
/// X-Forwarded-For of a trusted proxy. Source: RFC 9110, 6.5.1.
void HttpSession::drop_trailer() {
    if (!head_fields_) return;
    static_cast<http::fields&>(parser_->get()) = *std::exchange(head_fields_, std::nullopt);
}

void HttpSession::dispatch() {
    drop_trailer();
    cancel();
    const auto home = server_.home_(RequestTarget::split(parser_->get().target()).path);
    if (home && *home != server_.self_) {
        enter(State::moving);
        target_ = *home;
        arm(seconds(server_.options_.idle_timeout_seconds));
        return stream_.await_drain();
    }
    if (home || wants_websocket(parser_->get()) || server_.may_admit_()) return handle();
    // Only requests that will be served are worth keeping.
    if (!is_authenticated_) {
        if (const auto refusal = check_route()) {
            enter(State::answering);
            return answer(*refusal);
        }
    }
    enter(State::parked);
    server_.park(weak_from_this());
}

void HttpSession::readmit() {
    if (state_ != State::parked) return;
    handle();
    pump();
}

void HttpSession::move() {
    cancel();
    enter(State::handed_over);
    server_.count_unauthenticated(*this, 0);
    ListHook<HttpSessions>::unlink();
    ListHook<HttpStrangers>::unlink();
    MovedRequest request{stream_.release(), std::move(parser_), std::move(pending_),
                         input_ == Input::ended, pace_};
    server_.move_(target_, std::move(request));
}

void HttpSession::resume_moved(MovedRequest request) {
    cancel();
    parser_ = std::move(request.parser);
    pending_ = std::move(request.read_ahead);
    pace_ = request.pace;
    if (request.ended) enter(Input::ended);
    enter(Part::body);
    handle();
    pump();
}

void HttpSession::when_lost(std::function<void()> lost) {
    if (state_ != State::answering) return;
    lost_ = std::move(lost);
    if (input_ == Input::ended) handle_end();  // It had ended before its request was handled.
}

HttpRequest HttpSession::current_request() {
    const auto& message = parser_->get();
    const RequestTarget target = RequestTarget::split(message.target());
    return HttpRequest{
        .message = parser_->message,
        .path = target.path,
        .query = target.query,
        .path_values = {},
        .origin = request_origin(message),
    };
}

void HttpSession::handle() {
    enter(State::answering);
    HttpRequest request = current_request();
    if (wants_websocket(parser_->get())) {
        if (const auto refusal = server_.upgrade_(request, HttpUpgrade(*this))) answer(*refusal);
        return;
    }
    HttpRoutes::Match match = server_.routes_.find(request.method(), request.path);
    is_checked_route_ = match.check != nullptr;
    if (match.handler != nullptr) {
        request.path_values = std::move(match.values);
        return (*match.handler)(request, HttpReply(weak_from_this()));
    }
    answer(not_served(match));
}

RequestOrigin HttpSession::request_origin(const http::fields& fields) {
    RequestOrigin peer{stream_.peer(), stream_.secure()};
    if (!server_.proxies_.trusts(peer.address)) return peer;
    RequestOrigin origin = server_.proxies_.origin(peer, list_of(fields, "X-Forwarded-For"),
                                                   list_of(fields, "X-Forwarded-Proto"));
    if (origin.unreadable) ++server_.streams_.metrics().forwarded_unreadable;
    return origin;
}

void HttpSession::answer(const HttpResponse& response) {
    if (state_ == State::handed_over || state_ == State::discarding) return;
    lost_ = nullptr;
    if (is_checked_route_ && response.status < 400) {
        is_known_ = true;
        ListHook<HttpStrangers>::unlink();
    }
    const bool whole = parser_ && parser_->is_done();
    const bool keep_alive =
        whole && parser_->get().keep_alive() && !response.close && !server_.draining_;
    write(response, keep_alive);
    if (part_ != Part::none) end_request();
    if (keep_alive) {
        enter(State::reading);
        await_request();
        return pump();
    }
    enter(State::discarding);
    pending_.clear();
    server_.count_unauthenticated(*this, 0);
    if (input_ == Input::ended) return stream_.close_when_sent();
    // The peer may still be sending: closing now would reset the connection and lose the answer.
    stream_.finish_sending();
    stream_.resume_reading();
    stream_.await_drain();
    arm(seconds(server_.options_.idle_timeout_seconds));
}

void HttpSession::await_request() {
    if (overdrawn_ > Duration{}) {
        enter(Turn::paced);
        return server_.loop_.schedule(*this, std::exchange(overdrawn_, {}));
    }
    arm(seconds(server_.options_.idle_timeout_seconds));
    // Not on the stack of whoever answers: the next request may make it answer another session,
    // and so on.
    if (turn_ == Turn::idle && !pending_.empty()) yield();
}

void HttpSession::charge(std::uint32_t per_second, Duration bucket) {
    if (state_ == State::answering) {
        overdrawn_ = pace_.charge(1, per_second, bucket, server_.loop_.now());
    }
}

void HttpSession::write(const HttpResponse& response, bool keep_alive) {
    const bool head =
        parser_ && parser_->is_header_done() && parser_->get().method() == http::verb::head;
    std::string text = begin_response(response.status);
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    if (!response.body.empty()) add("Content-Type", response.content_type);
    if (response.status != 204) add("Content-Length", std::to_string(response.body.size()));
    for (const auto& [name, value] : response.headers) add(name, value);
    add("Connection", keep_alive ? "keep-alive" : "close");
    text.append("\r\n");
    if (!head) text.append(response.body);
    stream_.send(Frame::copy_of(text));
}

void HttpSession::hand_over(std::shared_ptr<StreamHandler> to) {
    cancel();
    enter(State::handed_over);
    server_.count_unauthenticated(*this, 0);
    lost_ = nullptr;
    successor_ = to;
    ListHook<HttpSessions>::unlink();
    ListHook<HttpStrangers>::unlink();
    stream_.set_handler(std::move(to));
    stream_.resume_reading();
}

void HttpSession::arm(seconds after) {
    unsent_when_armed_ = stream_.queued_bytes();
    server_.loop_.schedule(*this, after);
}

void HttpSession::on_timeout(TimePoint) {
    if (turn_ == Turn::paced && state_ == State::reading) {
        enter(Turn::idle);
        arm(server_.draining_ ? discard_time_max : seconds(server_.options_.idle_timeout_seconds));
        return pump();
    }
    // An answer that the peer still reads, however slowly, is not aborted.
    const std::size_t unsent = stream_.queued_bytes();
    if (unsent > 0 && unsent < unsent_when_armed_) {
        return arm(seconds(server_.options_.idle_timeout_seconds));
    }
    if (state_ == State::reading && part_ != Part::none) {
        return answer({.status = 408, .body = "Request timed out\n", .close = true});
    }
    stream_.close();
}

void HttpSession::drain() {
    if (state_ != State::reading) return;
    if (part_ == Part::none && pending_.empty()) {
        enter(State::discarding);  // A request that is just arriving comes too late.
        return stream_.close_when_sent();
    }
    arm(discard_time_max);  // An incomplete request must not delay the stop.
}

std::string begin_response(int status) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
    text.append(http::obsolete_reason(static_cast<http::status>(status)));
    return text.append("\r\nDate: ").append(http_date()).append("\r\n");
}

void HttpReply::when_lost(std::function<void()> lost) const {
    if (const auto session = session_.lock()) session->when_lost(std::move(lost));
}

void HttpReply::charge(std::uint32_t per_second, Duration bucket) const {
    if (const auto session = session_.lock()) session->charge(per_second, bucket);
}

TcpStream* HttpReply::take_over(std::shared_ptr<StreamHandler> handler) const {
    const auto session = session_.lock();
    if (!session || session->stream().closed()) return nullptr;
    session->hand_over(std::move(handler));
    return &session->stream();
}

void HttpReply::send(const HttpResponse& response) const {
    if (observer_) observer_(response.status);
    if (const auto session = session_.lock()) session->answer(response);
}

void HttpUpgrade::take(std::shared_ptr<StreamHandler> handler) const {
    session_.hand_over(std::move(handler));
}

TcpStream& HttpUpgrade::stream() const {
    return session_.stream();
}

}  // namespace carillon
