#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/base/rate_limit.hpp"
#include "carillon/net/http_server.hpp"
#include "carillon/net/stream_handler.hpp"
#include "carillon/runtime/timing_wheel.hpp"
#include "http_message.hpp"

namespace carillon {

/// One HTTP connection, which handles one request at a time: the next is parsed when this one is
/// answered. Its stream owns it; replies refer to it weakly. Used on one shard's thread only.
///
/// Bytes that cannot be parsed yet wait in `pending_`. Every event (bytes, an answer, room for more
/// answers, the end of the input) ends in `pump`, which continues as far as it can and then decides
/// whether to read.
///
/// A request's way:
/// - reading → answering: the handler of its route has it;
/// - reading → parked → answering: it waits for admission first;
/// - reading → moving → handed_over: it belongs to another shard, which continues;
/// - answering → reading: it is answered, and the connection is kept;
/// - answering → handed_over: the connection becomes a WebSocket or a stream of the HTTP fallback;
/// - any → discarding: the last answer is given, or the stream is lost.
class HttpSession final : public StreamHandler,
                          public Timeout,
                          public std::enable_shared_from_this<HttpSession>,
                          public ListHook<struct HttpSessions>,
                          public ListHook<struct HttpStrangers>,
                          public ListHook<struct UnauthenticatedSessions> {
public:
    HttpSession(HttpServer& server, TcpStream& stream);
    ~HttpSession() override;

    void on_bytes(std::span<char> bytes) override;
    void on_end() override;
    void on_lost() override;
    void on_drained() override;
    void on_timeout(TimePoint now) override;

    void answer(const HttpResponse& response);
    /// Handles the request that waited for admission.
    void readmit();
    /// Handles a request that another shard has received.
    void resume_moved(MovedRequest request);
    void when_lost(std::function<void()> lost);
    void charge(std::uint32_t per_second, Duration bucket);
    void drain();
    /// Nothing is lost if it is closed: it is between requests, or its request is incomplete and
    /// not authenticated.
    [[nodiscard]] bool is_waiting() const noexcept;
    void drop();
    /// There is no room for the bytes that it keeps.
    void give_up();

    void hand_over(std::shared_ptr<StreamHandler> to);
    [[nodiscard]] TcpStream& stream() noexcept { return stream_; }

private:
    friend class HttpServer;
    enum class State : unsigned char {
        reading,      ///< waits for a complete request
        parked,       ///< a request waits for admission
        moving,       ///< a request belongs to another shard; queued answers are sent first
        answering,    ///< a request waits for its answer
        discarding,   ///< the last answer is given; further input is ignored
        handed_over,  ///< another handler has the stream
    };
    /// The part of a request that is parsed next. `parser_` exists in the last two.
    enum class Part : unsigned char { none, head, body };
    /// The session's share of the turn.
    enum class Turn : unsigned char {
        idle,
        consuming,  ///< `consume` is running
        yielded,    ///< continues in a later turn
        paced,      ///< continues when its bucket is not overdrawn any more
    };
    enum class Input : unsigned char { flowing, ended };

    // The only writers of these states; they assert that the transition is legal.
    void enter(State next) noexcept;
    void enter(Part next) noexcept;
    void enter(Turn next) noexcept;
    void enter(Input next) noexcept;

    void pump();
    void advance();
    /// Parses and answers requests. Returns the number of bytes that it used.
    std::size_t consume(std::span<char> bytes);
    /// Passes the bytes that `consume` left to the next handler, or keeps them.
    void keep_rest(std::span<char> rest);
    /// The state, the turn's time and the unsent answers allow another request.
    [[nodiscard]] bool can_read() const noexcept;
    [[nodiscard]] bool backlogged() const noexcept;
    void yield();
    /// Continues in a later turn if there is more, or when the pace allows it.
    void await_request();

    /// One step of the parser; false when it needs more or has failed.
    bool parse(std::span<char> bytes, std::size_t& used);
    void begin_request();
    void end_request();
    /// The peer sends nothing more.
    void handle_end();
    /// Judges a request by its head; `rest` follows it. False if it is refused.
    bool accept_head(std::span<const char> rest);
    /// The answer to a request whose head is refused before its body is read.
    [[nodiscard]] std::optional<HttpResponse> head_refusal() const;
    /// The same, by what its route says of the head.
    [[nodiscard]] std::optional<HttpResponse> check_route();
    [[nodiscard]] std::size_t head_bytes_max() const;
    [[nodiscard]] HttpRequest current_request();
    /// Reports the bytes that are kept without a valid signature.
    void count_unauthenticated();
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
    Part part_ = Part::none;
    Turn turn_ = Turn::idle;
    Input input_ = Input::flowing;
    std::optional<boost::beast::http::fields> head_fields_;  ///< of a request with a chunked body
    std::size_t head_bytes_ = 0;                             ///< of the head, used by the parser
    bool is_authenticated_ = false;                          ///< the current request
    bool is_checked_route_ =
        false;               ///< the current request's route accepts authenticated ones only
    bool is_known_ = false;  ///< an authenticated request of this connection has succeeded
    std::size_t unauthenticated_bytes_ = 0;  ///< as the server counts them
    std::size_t unsent_when_armed_ = 0;
    RateLimit pace_;
    Duration overdrawn_{};  ///< for so long no request is handled after this one
    MovedRequest::Parser parser_;
    std::string pending_;
    std::function<void()> lost_;  ///< while a request waits for its answer
    ShardId target_{};
    std::shared_ptr<StreamHandler> successor_;
};

}  // namespace carillon
