#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/net/http_server.hpp"
#include "carillon/net/stream_handler.hpp"
#include "carillon/runtime/timing_wheel.hpp"

namespace carillon {

/// One HTTP connection. One request at a time: the next is parsed once this one is answered.
///
/// Bytes that cannot be used yet wait in `pending_`. Whatever happens (bytes, an answer, room for
/// more answers, the end of the stream) ends in `pump`, which goes on as far as it can and then
/// settles whether to read on.
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
    /// Another shard's request is answered here.
    void resume_moved(MovedRequest request);
    void when_lost(std::function<void()> lost);
    void drain();

    void hand_over(std::shared_ptr<StreamHandler> to);
    [[nodiscard]] TcpStream& stream() noexcept { return stream_; }

private:
    using Parser = MovedRequest::Parser;
    enum class State : unsigned char {
        reading,      ///< the next request
        parked,       ///< a request waits for admission
        moving,       ///< a request is another shard's; what is queued has to leave first
        answering,    ///< a request waits for its answer
        discarding,   ///< the last answer is given; what still comes is ignored
        handed_over,  ///< the connection speaks something else now
    };

    void pump();
    /// Parses and answers requests. Returns how much of `bytes` it used up.
    std::size_t consume(std::span<char> bytes);
    /// Whoever reads next gets what `consume` left.
    void keep_rest(std::span<char> rest);
    /// The state, the turn's time and the answers not yet sent allow for another request.
    [[nodiscard]] bool can_read() const noexcept;
    [[nodiscard]] bool backlogged() const noexcept;
    void yield();

    /// One step of the parser; false when it needs more or has failed.
    bool parse(std::span<char> bytes, std::size_t& used);
    void begin_request();
    /// What a request's head rules out before its body is read.
    [[nodiscard]] std::optional<HttpResponse> head_refusal() const;
    void drop_trailer();
    void dispatch();
    void handle();
    [[nodiscard]] RequestOrigin request_origin(const boost::beast::http::fields& fields);
    void move();
    void refuse(boost::system::error_code error);
    void write(const HttpResponse& response, bool keep_alive);
    void arm(std::chrono::seconds after);

    HttpServer& server_;
    TcpStream& stream_;
    State state_ = State::reading;
    bool pumping_ = false;
    bool yielded_ = false;  ///< the rest of this turn belongs to others
    bool ended_ = false;    ///< the peer will send nothing more
    std::optional<boost::beast::http::fields> head_fields_;  ///< of a request with a chunked body
    bool head_seen_ = false;
    std::size_t head_bytes_ = 0;  ///< taken by the parser
    std::size_t unsent_when_armed_ = 0;
    std::unique_ptr<Parser> parser_;
    std::string pending_;
    std::function<void()> lost_;  ///< while a request waits for its answer
    ShardId target_{};
    std::shared_ptr<StreamHandler> successor_;
};

}  // namespace carillon
