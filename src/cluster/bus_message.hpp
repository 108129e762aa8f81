#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// A message of a topic from node to node, as the scripts write it: fields and the body, separated
/// by spaces. A view of its text. Pure. Source: docs/cluster-internals.md, "Data in Redis".
struct BusMessage {
    enum class Kind : char {
        event = 'e',
        terminate =
            't',  ///< close the user's connections; body: ms, when it was accepted, if long ago
        member_added = 'a',    ///< body: the id's length, a space, the id, the info
        member_removed = 'r',  ///< body: the same without info
        count = 'k',           ///< body: subscriptions
        online = 'n',
        offline = 'f',
        client_event = '*',  ///< not in the sequence: it has only `producer`, `excluded`, `body`
    };

    std::uint64_t epoch = 0;     ///< hash of the run_id of the server that gave the number
    std::uint64_t sequence = 0;  ///< its number in the topic
    std::uint64_t time_ms = 0;   ///< when it was published, by the partition's time
    bool first = false;          ///< the topic had no number in this epoch before
    std::uint64_t producer = 0;  ///< hash of the id of the process or node that wrote it
    std::uint64_t counter = 0;   ///< the producer's; rises from each of its messages to the next
    Kind kind{};
    SocketId excluded;
    std::string_view body;

    /// Scripts count in doubles, which are exact up to here.
    static constexpr std::uint64_t number_max = std::uint64_t{1} << 53U;
    /// Counters of a node's messages: the operation's number times this, plus one for each message.
    static constexpr std::uint64_t messages_per_operation = std::uint64_t{1} << 20U;

    /// Of a node's message: the operation that published it. See `announcer` in scripts/lib.lua.
    [[nodiscard]] std::uint64_t operation() const noexcept {
        return counter / messages_per_operation;
    }

    /// Nothing if `text` is not such a message.
    [[nodiscard]] static std::optional<BusMessage> parse(std::string_view text);

    /// Whether it can be applied and sent to clients: events are JSON objects in UTF-8, members
    /// have an id in UTF-8 and JSON or nothing as their info, numbers are in the range that scripts
    /// give. Other programs with access to Redis may publish anything.
    [[nodiscard]] bool is_sound() const;
};

/// Whether `text` is an event that clients can read: a JSON object in UTF-8 with event, channel and
/// data.
[[nodiscard]] bool is_event(std::string_view text);

/// A client event as it is published.
[[nodiscard]] std::string client_event_message(std::string_view process, SocketId excluded,
                                               std::string_view body);

/// The socket id that an event is not sent to; "-" for none.
[[nodiscard]] std::string excluded_text(SocketId excluded);

/// The body of member_added and member_removed.
struct MemberChange {
    std::string_view user_id;
    std::string_view info;  ///< "": none

    [[nodiscard]] static std::optional<MemberChange> parse(std::string_view body);
};

}  // namespace carillon
