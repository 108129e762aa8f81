#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// What nodes say to each other about a topic, as the scripts write it: fields and the body, with
/// spaces between. A view. Pure.
struct BusMessage {
    enum class Kind : char {
        event = 'e',
        terminate = 't',       ///< every connection of the user is closed
        member_added = 'a',    ///< body: the id's length, a space, the id, the info
        member_removed = 'r',  ///< body: the same without info
        count = 'k',           ///< body: subscriptions
        online = 'n',
        offline = 'f',
        client_event = '*',  ///< outside of the order: it has only `producer`, `excluded`, `body`
    };

    std::uint64_t epoch = 0;  ///< hash of the run_id of the server that gave the number
    std::uint64_t number = 0;
    bool first = false;          ///< the topic had no number in this epoch
    std::uint64_t producer = 0;  ///< hash of the process or node that says it
    std::uint64_t counter = 0;   ///< of that producer; rises from one of its messages to the next
    Kind kind{};
    SocketId excluded;
    std::string_view body;

    /// Of what a node says: the operation of its that said it. See `speaker` in scripts/lib.lua.
    [[nodiscard]] std::uint64_t operation() const noexcept { return counter >> 20U; }

    /// Nothing if it is none of ours.
    [[nodiscard]] static std::optional<BusMessage> parse(std::string_view text);

    /// Whether it can be carried out, and sent to clients: events are JSON objects in UTF-8,
    /// members have an id in UTF-8 and JSON or nothing as their info, numbers are such as scripts
    /// give. Whoever may publish on the bus may publish anything.
    [[nodiscard]] bool is_sound() const;
};

/// Whether `text` is an event that clients can read: an object in UTF-8 with its event, channel and
/// data.
[[nodiscard]] bool is_event(std::string_view text);

/// A client event as it is published.
[[nodiscard]] std::string client_event_message(std::string_view process, SocketId excluded,
                                               std::string_view body);

/// "-" for nobody.
[[nodiscard]] std::string excluded_text(SocketId excluded);

/// The body of member_added and member_removed.
struct MemberChange {
    std::string_view user_id;
    std::string_view info;  ///< "": none

    [[nodiscard]] static std::optional<MemberChange> parse(std::string_view body);
};

}  // namespace carillon
