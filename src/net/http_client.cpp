#include "carillon/net/http_client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <stdexcept>
#include <tuple>
#include <variant>

#include "name_lookup.hpp"

namespace carillon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using boost::system::error_code;
using Failure = HttpOutcome::Failure;
using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;
using Request = http::request<http::string_body>;

constexpr std::uint32_t answer_header_bytes_max = 8192;
constexpr std::size_t answer_bytes_max = 65536;
constexpr std::chrono::seconds idle_max{15};
constexpr auto in_tuple = asio::as_tuple(asio::use_awaitable);

Failure failure_of(const error_code& error, Failure otherwise) {
    return error == beast::error::timeout ? Failure::timeout : otherwise;
}

}  // namespace

std::optional<std::string> ca_file_problem(const std::string& file) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    error_code error;
    context.load_verify_file(file, error);
    if (!error) return std::nullopt;
    return error.message();
}

class HttpClient::Destination {
public:
    Destination(const asio::any_io_executor& loop, const HttpUrl& to, const TlsTrust& trust)
        : executor(loop), url(to), addresses(loop, to.host, to.port) {
        if (!url.tls) return;
        tls.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
        error_code error;
        if (trust.ca_file.empty()) {
            tls.set_default_verify_paths(error);
        } else {
            tls.load_verify_file(trust.ca_file, error);
        }
        if (error && trust.verify) {
            throw std::runtime_error("cannot load the certificate authorities: " + error.message());
        }
        tls.set_verify_mode(trust.verify ? asio::ssl::verify_peer : asio::ssl::verify_none);
        if (trust.verify) tls.set_verify_callback(asio::ssl::host_name_verification(url.host));
    }

    asio::any_io_executor executor;
    HttpUrl url;
    NameLookup addresses;
    asio::ssl::context tls{asio::ssl::context::tls_client};
};

/// The connection and its pending request. Kept alive by its coroutine.
class HttpClient::Exchange : public std::enable_shared_from_this<Exchange> {
public:
    explicit Exchange(std::shared_ptr<Destination> to)
        : to_(std::move(to)), idle_timer_(to_->executor) {}

    void post(HttpPost post, Duration timeout, std::function<void(HttpOutcome)> done) {
        busy_ = true;
        idle_timer_.cancel();
        deadline_ = std::chrono::steady_clock::now() + timeout;
        make_request(std::move(post));
        asio::co_spawn(to_->executor, run(shared_from_this()),
                       [self = shared_from_this(), done = std::move(done)](
                           const std::exception_ptr& thrown, const HttpOutcome& outcome) {
                           self->busy_ = false;
                           if (self->abandoned_) return;
                           done(thrown ? HttpOutcome{Failure::broken, 0, {}} : outcome);
                       });
    }

    void abandon() {
        abandoned_ = true;
        idle_timer_.cancel();
        disconnect();
    }

private:
    void make_request(HttpPost post) {
        request_ = Request(http::verb::post, to_->url.target, 11);
        request_.set(http::field::host, to_->url.authority());
        for (const auto& [name, value] : post.headers) request_.set(name, value);
        request_.body() = std::move(post.body);
        request_.prepare_payload();
    }

    static asio::awaitable<HttpOutcome> run(std::shared_ptr<Exchange> self) {
        const bool was_kept = self->is_connected();
        HttpOutcome outcome = co_await self->attempt();
        // The server may have closed an idle connection at that moment, which is not a failure.
        if (was_kept && self->is_unanswered_ && outcome.failure == Failure::broken &&
            !self->abandoned_) {
            outcome = co_await self->attempt();
        }
        if (self->is_connected()) self->await_idle();
        co_return outcome;
    }

    asio::awaitable<HttpOutcome> attempt() {
        is_unanswered_ = true;
        Failure failure = Failure::none;
        if (is_connected() && has_unsolicited_input()) disconnect();
        if (!is_connected()) failure = co_await connect();
        HttpOutcome outcome{failure, 0, {}};
        if (failure == Failure::none) outcome = co_await exchange();
        if (outcome.failure != Failure::none) disconnect();
        co_return outcome;
    }

    asio::awaitable<Failure> connect() {
        const NameLookup::Addresses addresses = co_await look_up();
        if (abandoned_) co_return Failure::broken;
        if (addresses.empty()) co_return looked_up_ ? Failure::unreachable : Failure::timeout;
        if (to_->url.tls) {
            stream_.emplace<Secure>(to_->executor, to_->tls);
        } else {
            stream_.emplace<Plain>(to_->executor);
        }
        Failure failure = co_await connect_to_any(addresses);
        if (failure == Failure::none && to_->url.tls) failure = co_await handshake();
        co_return failure;
    }

    asio::awaitable<NameLookup::Addresses> look_up() {
        struct Waiting {
            asio::steady_timer timer;
            std::optional<NameLookup::Addresses> answer;
        };
        const auto waiting = std::make_shared<Waiting>(
            Waiting{asio::steady_timer(to_->executor, deadline_), std::nullopt});
        to_->addresses.find([waiting](const NameLookup::Addresses& found) {
            waiting->answer = found;
            waiting->timer.cancel();
        });
        if (!waiting->answer) co_await waiting->timer.async_wait(in_tuple);
        looked_up_ = waiting->answer.has_value();
        co_return waiting->answer.value_or(NameLookup::Addresses{});
    }

    /// Each address gets its share of the time, so that one that does not respond leaves some for
    /// the next.
    asio::awaitable<Failure> connect_to_any(const NameLookup::Addresses& addresses) {
        Failure failure = Failure::unreachable;
        for (std::size_t i = 0; i < addresses.size() && !abandoned_; ++i) {
            const auto left = deadline_ - std::chrono::steady_clock::now();
            const auto shares = static_cast<Duration::rep>(addresses.size() - i);
            lowest().expires_after(left / shares);
            const auto [error] = co_await lowest().async_connect(addresses[i], in_tuple);
            if (!error) {
                lowest().socket().set_option(asio::ip::tcp::no_delay(true));
                lowest().expires_at(deadline_);
                co_return Failure::none;
            }
            failure = failure_of(error, Failure::unreachable);
            lowest().close();
        }
        co_return failure;
    }

    asio::awaitable<Failure> handshake() {
        Secure& stream = std::get<Secure>(stream_);
        // Server names are names; an address goes without.
        error_code is_no_address;
        asio::ip::make_address(to_->url.host, is_no_address);
        if (is_no_address) {
            SSL_set_tlsext_host_name(stream.native_handle(), to_->url.host.c_str());
        }
        const auto [error] =
            co_await stream.async_handshake(asio::ssl::stream_base::client, in_tuple);
        co_return error ? failure_of(error, Failure::tls) : Failure::none;
    }

    asio::awaitable<HttpOutcome> exchange() {
        lowest().expires_at(deadline_);
        if (auto* secure = std::get_if<Secure>(&stream_)) co_return co_await exchange_on(*secure);
        co_return co_await exchange_on(std::get<Plain>(stream_));
    }

    template <class Stream>
    asio::awaitable<HttpOutcome> exchange_on(Stream& stream) {
        const auto [write_error, sent] = co_await http::async_write(stream, request_, in_tuple);
        if (write_error) co_return HttpOutcome{failure_of(write_error, Failure::broken), 0, {}};
        beast::flat_buffer buffer(std::size_t{2} * answer_header_bytes_max);
        std::optional<http::response_parser<http::buffer_body>> answer;
        do {  // Interim responses (1xx) may come first.
            answer.emplace();
            answer->header_limit(answer_header_bytes_max);
            answer->body_limit(boost::none);
            const auto [read_error, bytes_read] =
                co_await http::async_read_header(stream, buffer, *answer, in_tuple);
            if (bytes_read > 0 || buffer.size() > 0) is_unanswered_ = false;
            if (read_error) co_return HttpOutcome{failure_of(read_error, Failure::broken), 0, {}};
        } while (answer->get().result_int() / 100 == 1);
        HttpOutcome outcome{Failure::none, answer->get().result_int(),
                            std::string(answer->get()[http::field::retry_after])};
        // The outcome is known. The body is read and discarded only to keep the connection.
        std::array<char, 4096> discarded;
        std::size_t left = answer_bytes_max;
        error_code cut;
        while (!answer->is_done() && !cut && left > 0) {
            auto& body = answer->get().body();
            body.data = discarded.data();
            body.size = std::min(discarded.size(), left);
            left -= body.size;
            cut = std::get<0>(co_await http::async_read(stream, buffer, *answer, in_tuple));
            if (cut == http::error::need_buffer) cut = {};
        }
        // Bytes after the response would be taken for the next one.
        const bool clean = answer->is_done() && answer->keep_alive() && buffer.size() == 0;
        if (!clean) disconnect();
        co_return outcome;
    }

    [[nodiscard]] bool is_connected() const noexcept { return stream_.index() != 0; }

    Plain& lowest() {
        if (auto* secure = std::get_if<Secure>(&stream_)) return beast::get_lowest_layer(*secure);
        return std::get<Plain>(stream_);
    }

    /// The server has sent something, or closed the connection, since its last response.
    [[nodiscard]] bool has_unsolicited_input() {
        error_code error;
        return lowest().socket().available(error) > 0 || error;
    }

    void disconnect() {
        if (!is_connected()) return;
        lowest().close();
        // After `abandon` an operation may still be pending on it: its coroutine destroys the
        // stream.
        if (!abandoned_) stream_.emplace<std::monostate>();
    }

    void await_idle() {
        lowest().expires_never();
        idle_timer_.expires_after(idle_max);
        idle_timer_.async_wait([weak = weak_from_this()](error_code error) {
            const auto self = weak.lock();
            if (!error && self && !self->busy_) self->disconnect();
        });
    }

    std::shared_ptr<Destination> to_;
    std::variant<std::monostate, Plain, Secure> stream_;
    asio::steady_timer idle_timer_;
    Request request_;
    TimePoint deadline_{};
    bool looked_up_ = false;
    bool is_unanswered_ = true;
    bool busy_ = false;
    bool abandoned_ = false;
};

std::shared_ptr<HttpClient::Destination> HttpClient::destination(const asio::any_io_executor& loop,
                                                                 const HttpUrl& url,
                                                                 const TlsTrust& trust) {
    return std::make_shared<Destination>(loop, url, trust);
}

HttpClient::HttpClient(std::shared_ptr<Destination> to)
    : exchange_(std::make_shared<Exchange>(std::move(to))) {}

HttpClient::~HttpClient() {
    try {
        if (exchange_) exchange_->abandon();
    } catch (const boost::system::system_error&) {
        // What could not be cancelled ends by its deadline, and tells nobody.
    }
}

HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

void HttpClient::post(HttpPost post, Duration timeout, std::function<void(HttpOutcome)> done) {
    exchange_->post(std::move(post), timeout, std::move(done));
}

}  // namespace carillon
