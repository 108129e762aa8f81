#include "http_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>

namespace carillon {
namespace {

namespace http = boost::beast::http;
using namespace std::chrono_literals;

constexpr std::size_t pending_bytes_max = 65536;  // Read ahead while a request is being answered.
constexpr std::size_t unsent_bytes_max = 262144;  // Of answers; then no more requests are taken.
constexpr auto discard_time_max = 2s;

std::chrono::seconds seconds(std::uint32_t count) {
    return std::chrono::seconds(count);
}

bool wants_websocket(const http::request<http::string_body>& message) {
    return http::token_list(message[http::field::upgrade]).exists("websocket");
}

std::string_view header_of(const http::request<http::string_body>& message, const char* name) {
    const auto value = message[name];
    return {value.data(), value.size()};
}

}  // namespace

HttpSession::HttpSession(HttpServer& server, TcpStream& stream) : server_(server), stream_(stream) {
    server_.loop_.schedule(*this, seconds(server_.options_.header_timeout_seconds));
}

void HttpSession::on_bytes(std::span<char> bytes) {
    if (state_ == State::discarding) return;
    if (!pending_.empty() || must_wait()) {
        pending_.append(bytes.data(), bytes.size());
        if (must_wait() && pending_.size() > pending_bytes_max) stream_.pause_reading();
        return resume();
    }
    const std::size_t used = process(bytes);
    if (successor_ == nullptr) {
        pending_.append(bytes.data() + used, bytes.size() - used);
    } else if (used < bytes.size()) {
        successor_->on_bytes(bytes.subspan(used));
    }
}

bool HttpSession::must_wait() const {
    return processing_ || state_ != State::reading || stream_.queued_bytes() > unsent_bytes_max;
}

void HttpSession::resume() {
    if (must_wait() || pending_.empty()) return;
    std::string bytes;
    bytes.swap(pending_);
    const std::size_t used = process(bytes);
    const std::span<char> rest = std::span<char>(bytes).subspan(used);
    if (successor_ != nullptr) {
        if (!rest.empty()) successor_->on_bytes(rest);
    } else {
        pending_.insert(0, rest.data(), rest.size());
        if (state_ == State::reading && !ended_) stream_.resume_reading();
    }
}

std::size_t HttpSession::process(std::span<char> bytes) {
    processing_ = true;
    std::size_t used = 0;
    while (state_ == State::reading && stream_.queued_bytes() <= unsent_bytes_max) {
        if (used == bytes.size()) break;
        if (server_.loop_.turn_expired() && !parser_ && used > 0) {
            boost::asio::post(server_.loop_.context(), [weak = weak_from_this()] {
                if (const auto self = weak.lock()) self->resume();
            });
            break;
        }
        if (!parse(bytes.subspan(used), used)) break;
        if (parser_ && parser_->is_done()) dispatch();
    }
    processing_ = false;
    return used;
}

bool HttpSession::parse(std::span<char> bytes, std::size_t& used) {
    if (!parser_) {
        parser_ = std::make_unique<Parser>();
        parser_->header_limit(server_.options_.max_header_bytes);
        parser_->body_limit(server_.options_.max_body_bytes);
        continue_sent_ = false;
        server_.loop_.schedule(*this, seconds(server_.options_.header_timeout_seconds));
    }
    boost::system::error_code error;
    used += parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error == http::error::need_more) {
        // Beast counts the head only once it is whole.
        if (parser_->is_header_done() || bytes.size() <= server_.options_.max_header_bytes) {
            return false;
        }
        error = http::error::header_limit;
    }
    if (error) {
        refuse(error);
        return false;
    }
    if (parser_->is_header_done() && !parser_->is_done() && !continue_sent_ &&
        boost::beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
        continue_sent_ = true;
        stream_.send(Frame::copy_of("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    return true;
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

void HttpSession::dispatch() {
    cancel();
    if (server_.may_admit_()) return handle();
    state_ = State::parked;
    server_.park(weak_from_this());
}

void HttpSession::readmit() {
    if (state_ != State::parked) return;
    handle();
    resume();
}

void HttpSession::handle() {
    state_ = State::answering;
    const auto& message = parser_->get();
    const std::string_view target{message.target().data(), message.target().size()};
    const std::size_t question = target.find('?');
    HttpRequest request{
        .message = message,
        .path = target.substr(0, question),
        .query = question == std::string_view::npos ? "" : target.substr(question + 1),
        .path_values = {},
        .origin = server_.proxies_.origin({stream_.peer(), stream_.secure()},
                                          header_of(message, "X-Forwarded-For"),
                                          header_of(message, "X-Forwarded-Proto")),
    };
    if (message.version() >= 11 && message.count(http::field::host) != 1) {  // RFC 9112, 3.2.
        return answer(
            {.status = 400, .body = "Exactly one Host header is required\n", .close = true});
    }
    if (wants_websocket(message)) {
        if (const auto refusal = server_.upgrade_(request, HttpUpgrade(*this))) answer(*refusal);
        return;
    }
    HttpRoutes::Match match = server_.routes_.find(request.method(), request.path);
    if (match.handler != nullptr) {
        request.path_values = std::move(match.values);
        return (*match.handler)(request, HttpReply(weak_from_this()));
    }
    if (match.allowed.empty()) return answer({.status = 404, .body = "Not found\n"});
    answer({.status = 405, .body = "Method not allowed\n", .headers = {{"Allow", match.allowed}}});
}

void HttpSession::answer(const HttpResponse& response) {
    if (state_ == State::handed_over || state_ == State::discarding) return;
    const bool whole = parser_ && parser_->is_done();
    const bool keep_alive =
        whole && parser_->get().keep_alive() && !response.close && !ended_ && !server_.draining_;
    write(response, keep_alive);
    parser_.reset();
    if (!keep_alive) {
        // The peer may still be sending: closing now would reset the connection and lose the
        // answer.
        state_ = State::discarding;
        pending_.clear();
        stream_.finish_sending();
        if (ended_) return stream_.close_when_sent();
        stream_.resume_reading();
        server_.loop_.schedule(*this, discard_time_max);
        return;
    }
    state_ = State::reading;
    wait_for_request();
    resume();
}

void HttpSession::write(const HttpResponse& response, bool keep_alive) {
    const auto status = static_cast<http::status>(response.status);
    const bool head =
        parser_ && parser_->is_header_done() && parser_->get().method() == http::verb::head;
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
    text.append(http::obsolete_reason(status));
    if (!response.body.empty()) text.append("\r\nContent-Type: ").append(response.content_type);
    text.append("\r\nContent-Length: ").append(std::to_string(response.body.size()));
    for (const auto& [name, value] : response.headers) {
        text.append("\r\n").append(name).append(": ").append(value);
    }
    text.append(keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close");
    text.append("\r\n\r\n");
    if (!head) text.append(response.body);
    stream_.send(Frame::copy_of(text));
}

void HttpSession::wait_for_request() {
    server_.loop_.schedule(*this, seconds(server_.options_.idle_timeout_seconds));
}

void HttpSession::hand_over(std::shared_ptr<StreamHandler> to) {
    cancel();
    state_ = State::handed_over;
    successor_ = to;
    ListHook<HttpSessions>::unlink();
    stream_.set_handler(std::move(to));
}

void HttpSession::on_end() {
    ended_ = true;
    if (state_ == State::parked || state_ == State::answering) return;
    stream_.close_when_sent();
}

void HttpSession::on_lost() {
    cancel();
    state_ = State::discarding;
}

void HttpSession::on_drained() {
    resume();
}

void HttpSession::on_timeout(TimePoint) {
    if (state_ == State::reading && parser_) {
        return answer({.status = 408, .body = "Request timed out\n", .close = true});
    }
    stream_.close();
}

void HttpSession::drain() {
    if (state_ == State::reading && !parser_ && pending_.empty()) stream_.close_when_sent();
}

void HttpReply::send(HttpResponse response) const {
    if (const auto session = session_.lock()) session->answer(response);
}

void HttpUpgrade::take(std::shared_ptr<StreamHandler> handler) const {
    session_.hand_over(std::move(handler));
}

TcpStream& HttpUpgrade::stream() const {
    return session_.stream();
}

}  // namespace carillon
