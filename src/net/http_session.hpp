#pragma once

#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/net/http_server.hpp"
#include "carillon/net/stream_handler.hpp"
#include "carillon/runtime/timing_wheel.hpp"

namespace carillon {

/// One HTTP connection. One request at a time: the next is parsed once this one is answered.
class HttpSession final : public StreamHandler,
                          public Timeout,
                          public std::enable_shared_from_this<HttpSession>,
                          public ListHook<struct HttpSessions> {
public:
    HttpSession(HttpServer& server, TcpStream& stream);

    void on_bytes(std::span<char> bytes) override;
    void on_end() override;
    void on_lost() override;
    void on_drained() override;
    void on_timeout(TimePoint now) override;

    void answer(const HttpResponse& response);
    /// The request that waited for admission goes ahead.
    void readmit();
    void drain();

    void hand_over(std::shared_ptr<StreamHandler> to);
    [[nodiscard]] TcpStream& stream() noexcept { return stream_; }

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    enum class State : unsigned char { reading, parked, answering, handed_over, discarding };

    /// Parses and answers what is there. Returns how much of `bytes` it used up.
    std::size_t process(std::span<char> bytes);
    /// One step of the parser; false when it needs more or has failed.
    bool parse(std::span<char> bytes, std::size_t& used);
    void resume();
    void dispatch();
    void handle();
    void refuse(boost::system::error_code error);
    void write(const HttpResponse& response, bool keep_alive);
    void wait_for_request();
    [[nodiscard]] bool must_wait() const;

    HttpServer& server_;
    TcpStream& stream_;
    State state_ = State::reading;
    bool processing_ = false;
    bool ended_ = false;
    bool continue_sent_ = false;
    std::unique_ptr<Parser> parser_;
    std::string pending_;
    std::shared_ptr<StreamHandler> successor_;
};

}  // namespace carillon
