#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "frame_walker.hpp"
#include "ready_set.hpp"
#include "wire.hpp"

namespace carillon::bench {

class Subscriber;

/// What a subscriber reports to the set that it belongs to, and asks of it.
class SubscriberHost {
public:
    virtual std::span<char> scratch() = 0;
    /// All `pusher:subscribe` messages of a connection, as frames.
    virtual void append_subscribes(std::uint32_t index, std::string_view socket_id,
                                   std::string& out) = 0;
    virtual void on_bytes(std::size_t size) = 0;
    /// A text message once the connection is established. True if it was an event of the run.
    virtual bool on_event(std::uint32_t index, std::string_view text) = 0;
    virtual void on_protocol_message(Subscriber& subscriber, std::string_view text) = 0;
    virtual void on_closed(Subscriber& subscriber, int code) = 0;

protected:
    ~SubscriberHost() = default;
};

/// One WebSocket connection of a client.
class Subscriber final : public Pollable {
public:
    enum class State : std::uint8_t { unopened, upgrading, greeting, established, closed };

    Subscriber(SubscriberHost& host, std::uint32_t index) : host_(host), index_(index) {}

    void open(Destination& destination, ReadySet& ready, std::string_view upgrade);
    void on_ready(bool hung_up) override;
    void send_text(std::string_view text);

    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] bool congested() noexcept { return wire_.outbound().size() > 65536; }

private:
    void read(bool hung_up);
    void take(std::string_view bytes);
    [[nodiscard]] bool take_upgrade(std::string_view& bytes);
    void on_message(const ServerMessage& message);
    void greet(std::string_view text);
    void close(int code);

    SubscriberHost& host_;
    Wire wire_;
    FrameWalker walker_;
    std::string head_;  // Of the answer to the upgrade.
    std::uint32_t index_;
    State state_ = State::unopened;
};

/// Close codes of our own for what has none: no server sends these.
inline constexpr int close_code_none = 0;         ///< TCP ended without a close frame.
inline constexpr int close_code_no_connect = -1;  ///< It could not be opened.
inline constexpr int close_code_broken = -2;      ///< What came is no WebSocket.

}  // namespace carillon::bench
