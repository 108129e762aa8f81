#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "carillon/channels/connection.hpp"
#include "sim_node.hpp"

namespace carillon::sim {

/// A client of one connection, without a network: it says what a plan wants and notes what it is
/// sent. Its node owns the time in which both happen. `connection_number` tells one connection of a
/// place in the plan from the next.
class SimClient final : public ConnectionSink {
public:
    SimClient(World& world, SimNode& node, std::uint16_t shard, std::uint32_t connection_number,
              std::uint32_t user);

    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
    [[nodiscard]] std::uint32_t user() const noexcept { return user_; }
    [[nodiscard]] std::uint32_t node() const noexcept { return node_number_; }
    [[nodiscard]] std::uint16_t shard() const noexcept { return shard_; }
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    void subscribe(std::uint32_t channel);
    void unsubscribe(std::uint32_t channel);
    void sign_in(std::int64_t watchlist);
    /// A client event, if it has joined.
    void speak(std::uint32_t channel);
    /// It closes its connection; nothing reaches it any more.
    void go() { lose("client"); }
    void lose(std::string_view why);
    /// The node has lost it: its domain keeps what is left of the connection.
    [[nodiscard]] std::unique_ptr<Connection> take_connection() { return std::move(connection_); }

    void send(OutboundMessage& message) override;
    void end(const Error& why) override;

private:
    void add(Entry entry);
    void say(const std::string& text);

    World& world_;
    const std::uint32_t number_;
    const std::uint32_t node_number_;
    const std::uint16_t shard_;
    const std::uint32_t user_;
    std::set<std::uint32_t> joined_;
    bool is_over_ = false;
    std::unique_ptr<Connection> connection_;
};

}  // namespace carillon::sim
