#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/cluster/script.hpp"
#include "carillon/cluster/script_value.hpp"

namespace carillon {

/// The text of a script, as Redis gets it: before it the constants that it shares with C++ (kinds
/// of messages, letters of webhooks, intervals).
[[nodiscard]] std::string script_text(Script script);

/// Ids of members, each with its info as JSON; "" for none.
using MembersView = std::vector<std::pair<std::string_view, std::string_view>>;

/// A member that entered a node or left it.
struct MemberStep {
    bool enters = false;
    std::string user_id;
    std::string info;  ///< "": none
    /// It enters again, after a loss: webhooks have told before that it is there.
    bool was_told = false;
};

/// What the scripts that change a node's state in a partition begin with. See `check_operation` in
/// lib.lua.
struct Operation {
    std::string_view epoch;  ///< run_id of the server that the connection leads to
    std::chrono::milliseconds lease{};
    std::string_view node;
    std::uint64_t number = 0;  ///< above that of the node's last operation

    void encode(ScriptArguments& arguments) const;
};

/// The end of an operation's reply.
struct PartitionNews {
    std::optional<std::chrono::milliseconds> due = {};  ///< until the first deferred entry is due
    bool has_webhooks = false;
};

/// The contract of each script: the request, whose `encode` makes the script's arguments, and its
/// reply, which `decode` makes of the answer. Nothing else knows the position of an argument or of
/// an element, apart from the first lines of the .lua file.
///
/// What Redis answers is input like any other: `decode` returns nothing for a malformed reply, and
/// leaves out members and events that clients could not read. Texts of requests and replies are
/// views. Pure. Source: docs/cluster-internals.md, "Scripts", on what each requires and ensures.
namespace scripts {

using Milliseconds = std::chrono::milliseconds;

// Registration and lease.

struct RegisterNode {
    static constexpr Script script = Script::register_node;
    struct Reply {
        bool is_recovering = false;
        std::vector<std::string_view> nodes;  ///< all that are registered
        std::uint64_t last_event = 0;         ///< counter of the process' last event; 0: none
        Milliseconds now{};                   ///< the partition's time
        Milliseconds clock_changed{};         ///< when that was changed last; 0: never

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::string_view epoch;
    Milliseconds lease{};
    std::string_view node;
    std::string_view known_processes;  ///< separated by spaces; "" at a start
    std::string_view former_node;      ///< "": none
    std::string_view former_epoch;     ///< of the last registration; "": none
    Milliseconds claim{};
    std::span<const std::string> webhook_rules;  ///< app and rule of each

    void encode(ScriptArguments& arguments) const;
};

struct FinishResync {
    static constexpr Script script = Script::finish_resync;
    struct Reply {
        bool is_stale = false;  ///< nothing else is set
        bool is_recovering = false;
        PartitionNews news;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    Operation operation;
    std::uint64_t ring_bytes = 0;

    void encode(ScriptArguments& arguments) const;
};

struct RenewLease {
    static constexpr Script script = Script::renew_lease;
    struct Reply {
        bool is_stale = false;  ///< nothing else is set
        bool is_recovering = false;
        PartitionNews news;
        std::vector<std::string_view> nodes;     ///< all that are registered
        std::vector<std::string_view> to_clear;  ///< dead ones that this node has claimed
        Milliseconds now{};                      ///< the partition's time
        Milliseconds clock_changed{};            ///< when that was changed last; 0: never

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    Operation operation;
    std::uint64_t ring_bytes = 0;
    bool may_clear = false;  ///< nodes of other processes
    Milliseconds claim{};
    /// Apps whose connections are counted in this partition, with those that the node has.
    std::span<const std::pair<std::string_view, std::uint64_t>> connections;

    void encode(ScriptArguments& arguments) const;
};

struct ClearDeadNode {
    static constexpr Script script = Script::clear_dead_node;
    struct Reply {
        bool is_stale = false;  ///< nothing else is set
        bool is_done = false;   ///< nothing is left
        PartitionNews news;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    Operation operation;
    std::uint64_t ring_bytes = 0;
    std::string_view dead_node;
    std::uint64_t entries_max = 0;
    Milliseconds claim{};

    void encode(ScriptArguments& arguments) const;
};

struct UnregisterNode {
    static constexpr Script script = Script::unregister_node;
    struct Reply {
        bool is_stale = false;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    Operation operation;

    void encode(ScriptArguments& arguments) const;
};

struct SetWebhookRules {
    static constexpr Script script = Script::set_webhook_rules;
    struct Reply {
        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::span<const std::string> webhook_rules;  ///< app and rule of each

    void encode(ScriptArguments& arguments) const;
};

struct TakeWebhooks {
    static constexpr Script script = Script::take_webhooks;
    struct Reply {
        std::vector<std::string_view> records;  ///< see WebhookRecord

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::uint64_t records_max = 0;

    void encode(ScriptArguments& arguments) const;
};

// Local state.

struct SyncTopic {
    static constexpr Script script = Script::sync_topic;
    struct Reply {
        bool is_stale = false;       ///< nothing else is set
        std::uint64_t sequence = 0;  ///< after it; of connections: how many are accepted
        bool wants_replica = false;
        PartitionNews news;
        std::vector<std::string_view> refused;  ///< members beyond the limit

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    Operation operation;
    std::uint64_t ring_bytes = 0;
    std::string_view topic;
    std::uint64_t count = 0;  ///< subscriptions or connections on this node
    bool has_joined = false;  ///< a client has, since the last operation that was confirmed
    std::uint64_t limit = 0;  ///< of members or connections; 0: none
    bool subscribed_before = false;
    std::uint64_t replica_version = 0;  ///< in a recovery, else 0
    std::uint64_t admitted = 0;         ///< of the connections
    std::span<const MemberStep> steps;

    void encode(ScriptArguments& arguments) const;
};

struct OfferRoster {
    static constexpr Script script = Script::offer_roster;
    struct Reply {
        bool is_stale = false;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    Operation operation;
    std::string_view topic;
    std::uint64_t version = 0;
    bool is_first_piece = false;
    std::span<const std::pair<std::string, std::string>> members;  ///< id and info

    void encode(ScriptArguments& arguments) const;
};

struct OfferWebhooks {
    static constexpr Script script = Script::offer_webhooks;
    struct Reply {
        bool is_stale = false;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };
    struct Webhook {
        std::uint64_t number = 0;  ///< 0: somebody has left
        bool is_there = false;
        std::string_view about;  ///< a field of `told`
    };

    Operation operation;
    std::span<const Webhook> webhooks;

    void encode(ScriptArguments& arguments) const;
};

// Messages.

struct Publish {
    static constexpr Script script = Script::publish;
    struct Reply {
        bool is_out_of_order = false;  ///< nothing changed: the event before it is missing
        std::uint64_t last_event = 0;  ///< then: counter of the last that is there; 0: none

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::string_view epoch;
    std::uint64_t ring_bytes = 0;
    std::string_view topic;
    std::string_view process;
    std::uint64_t counter = 0;
    std::uint64_t predecessor = 0;  ///< the process' event before it in the partition; 0: none
    char kind = 'e';
    std::string_view excluded;  ///< see `excluded_text`
    std::string_view body;
    std::optional<Milliseconds> cache_time = {};  ///< it is kept as the channel's last event

    void encode(ScriptArguments& arguments) const;
};

struct ReadTopic {
    static constexpr Script script = Script::read_topic;
    /// What was not asked for is absent, which is different from empty.
    struct Reply {
        std::string_view epoch;
        std::uint64_t last_sequence = 0;
        std::uint64_t life_begin = 0;  ///< the ring has nothing up to this number
        std::vector<std::string_view> entries;
        /// Ids and counters; present if the reader had no number.
        std::optional<std::vector<std::pair<std::string_view, std::uint64_t>>> producers;
        std::uint64_t subscriptions = 0;
        std::uint64_t roster_version = 0;
        std::optional<MembersView> members;
        std::string_view last_event;  ///< "": none
        Milliseconds event_time{};    ///< for which it is still kept
        bool is_recovering = false;
        std::uint64_t count = 0;           ///< announced last; 0: none
        std::uint64_t event_sequence = 0;  ///< of the last event; 0: not known

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::string_view topic;
    std::string_view epoch;                      ///< of the number; "-": another one than Redis'
    std::optional<std::uint64_t> sequence = {};  ///< the last that the reader has
    bool wants_members = false;
    bool wants_last_event = false;
    bool wants_terminations = false;  ///< without a number: the whole ring, all the same

    void encode(ScriptArguments& arguments) const;
};

struct CompareHeads {
    static constexpr Script script = Script::compare_heads;
    struct Reply {
        struct Head {
            std::uint64_t sequence = 0;  ///< the last
            /// Not in a recovery: the number of the roster's last change, or of the last event (0:
            /// not known), and how many members, the count announced last, or 1 if a user is
            /// online.
            std::optional<std::pair<std::uint64_t, std::uint64_t>> version_and_size;
        };
        std::vector<Head> heads;  ///< in the order of the topics

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::span<const std::string_view> topics;

    void encode(ScriptArguments& arguments) const;
};

struct CacheMiss {
    static constexpr Script script = Script::cache_miss;
    struct Reply {
        bool has_webhooks = false;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::string_view topic;

    void encode(ScriptArguments& arguments) const;
};

// Queries.

struct ChannelInfo {
    static constexpr Script script = Script::channel_info;
    struct Reply {
        std::uint32_t subscriptions = 0;
        std::uint32_t members = 0;
        std::string_view last_event;  ///< "": none
        Milliseconds event_time{};    ///< for which it is still kept

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::string_view topic;

    void encode(ScriptArguments& arguments) const;
};

struct ListChannels {
    static constexpr Script script = Script::list_channels;
    struct Channel {
        std::string_view name;
        std::uint32_t subscriptions = 0;
        std::uint32_t members = 0;
    };
    struct Reply {
        std::vector<Channel> channels;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::string_view app;
    std::string_view prefix;  ///< of the names

    void encode(ScriptArguments& arguments) const;
};

struct ListMembers {
    static constexpr Script script = Script::list_members;
    struct Reply {
        MembersView members;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::string_view topic;
    bool wants_infos = false;  ///< else all infos are ""

    void encode(ScriptArguments& arguments) const;
};

struct CountConnections {
    static constexpr Script script = Script::count_connections;
    struct Reply {
        std::uint64_t connections = 0;

        [[nodiscard]] static std::optional<Reply> decode(const ScriptValue& value);
    };

    std::string_view app;
    std::string_view except;  ///< the node that asks; it knows its own

    void encode(ScriptArguments& arguments) const;
};

}  // namespace scripts
}  // namespace carillon
