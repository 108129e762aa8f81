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

/// The attributes that `info` of a request asks for: a list separated by commas, with any blanks.
/// Source: wire.md 5.3 … 5.6.
struct InfoAttributes {
    bool user_count = false;
    bool subscription_count = false;
    bool cache = false;

    [[nodiscard]] bool any() const noexcept { return user_count || subscription_count || cache; }

    /// Fails with bad_request for an unknown attribute. Empty text: none.
    [[nodiscard]] static Result<InfoAttributes> parse(std::string_view text);
};

/// One event that a backend publishes. `name` and `data` point into the parser or the body; valid
/// until the parser's next call.
struct Trigger {
    JsonText name;  ///< a string
    JsonText data;
    std::vector<ChannelName> channels;  ///< distinct, in order of first mention; never empty
    std::optional<SocketId> excluded;
    InfoAttributes info;
    bool wants_info = false;  ///< the request has `info`, perhaps with no attribute
};

/// Parses the bodies of `POST …/events` and `…/batch_events`, and checks all of it: names, limits,
/// socket id, size and form of `data`. Fails with bad_request, bad_json, bad_channel_name,
/// bad_event_name, bad_socket_id (status 400) or data_too_large (413); the error's text is valid
/// until the next call. One per shard; not thread-safe. Source: wire.md 5.3, 5.4.
class TriggerParser {
public:
    /// Query parameters, decoded, that replace members missing from the body, as Pusher documents.
    struct QueryFallback {
        std::optional<std::string_view> name, data, channel, socket_id, info;
        std::vector<std::string_view> channels;
    };
    /// `body` may be any bytes; UTF-8 is checked. Null members count as absent, except `data`,
    /// which may be any JSON value.
    [[nodiscard]] Result<Trigger> parse_event(std::string_view body, const Limits& limits,
                                              const QueryFallback& query = {});
    [[nodiscard]] Result<std::vector<Trigger>> parse_batch(std::string_view body,
                                                           const Limits& limits);

private:
    /// `text` as a JSON string; valid until the next call.
    [[nodiscard]] Result<JsonText> quote(std::string_view text);

    std::deque<std::string> quoted_;  ///< referred to by results, besides the body
};

}  // namespace carillon
