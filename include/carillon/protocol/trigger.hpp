#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/result.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// What `info` may ask for; a comma-separated list in requests. Source: wire.md 5.3 … 5.6.
struct InfoAttributes {
    bool user_count = false;
    bool subscription_count = false;
    bool cache = false;

    [[nodiscard]] bool any() const noexcept { return user_count || subscription_count || cache; }

    /// Fails with bad_request on an attribute that does not exist. Empty text: none.
    [[nodiscard]] static Result<InfoAttributes> parse(std::string_view text);
};

/// One event that a backend publishes. `name` and `data` point into the parser or the body and hold
/// until the parser's next call.
struct Trigger {
    JsonText name;  ///< a string
    JsonText data;
    std::vector<ChannelName> channels;  ///< distinct, in order of first mention; never empty
    std::optional<SocketId> excluded;
    InfoAttributes info;
    bool wants_info = false;  ///< `info` was there, even if empty of attributes
};

/// Reads the bodies of `POST …/events` and `…/batch_events`. Everything is checked before anything
/// is returned: names, limits, socket id, size and well-formedness of `data`. Not thread-safe.
/// Fails with bad_request or bad_json (400), bad_channel_name, bad_event_name, bad_socket_id (400)
/// or data_too_large (413); the error's text holds until the next call. Source:
/// wire.md 5.3, 5.4.
class TriggerParser {
public:
    /// Members missing from the body may come as query parameters (documented for Pusher): the
    /// caller passes them decoded. `body` need not be valid UTF-8: it is checked.
    struct QueryFallback {
        std::optional<std::string_view> name, data, channel, socket_id, info;
        std::vector<std::string_view> channels;
    };
    /// A null member is an absent one, except for `data`: any JSON value is data.
    [[nodiscard]] Result<Trigger> parse_event(std::string_view body, const Limits& limits,
                                              const QueryFallback& query = {});
    [[nodiscard]] Result<std::vector<Trigger>> parse_batch(std::string_view body,
                                                           const Limits& limits);

private:
    /// `text` as a JSON string, which holds until the next call.
    [[nodiscard]] Result<JsonText> quote(std::string_view text);

    std::deque<std::string> quoted_;  ///< what results point to, besides the body
};

}  // namespace carillon
