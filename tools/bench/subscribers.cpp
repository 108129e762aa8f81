#include "subscribers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "carillon/auth/subscription_token.hpp"
#include "carillon/base/parse_integer.hpp"
#include "clock.hpp"
#include "upgrade_request.hpp"

namespace carillon::bench {
namespace {

constexpr std::uint32_t no_subscription = std::numeric_limits<std::uint32_t>::max();

/// Code of a pusher:error; 0 when it has none.
int find_code(std::string_view text) {
    const std::size_t name = text.find("\"code\"");
    if (name == text.npos) return 0;
    text.remove_prefix(std::min(text.find_first_not_of(" :", name + 6), text.size()));
    return consume_integer<int>(text).value_or(0);
}

bool says(std::string_view text, std::string_view event) {
    return text.find(event) != text.npos;
}

}  // namespace

Subscribers::Subscribers(const SubscriberOptions& options, const BenchTarget& target,
                         Destination& destination, ReadySet& ready, std::size_t publishers)
    : options_(options),
      target_(target),
      destination_(destination),
      ready_set_(ready),
      publishers_(publishers),
      names_(options.kind, options.channel_prefix),
      upgrade_(upgrade_request(target, destination.host_field())),
      opening_since_(options.connections),
      unconfirmed_(options.connections, options.channels_per_connection),
      confirmed_(std::size_t{options.connections} * options.channels_per_connection),
      subscription_counts_(options.channels),
      first_subscriptions_(options.channels, no_subscription),
      ledger_(confirmed_.size(), publishers),
      scratch_(std::make_unique<std::array<char, 262144>>()) {
    SubscriberHost& host = *this;  // make_unique may not see the private base.
    subscribers_.reserve(options.connections);
    for (std::uint32_t index = 0; index < options.connections; ++index) {
        subscribers_.push_back(std::make_unique<Subscriber>(host, index));
    }
}

void Subscribers::open_more() {
    while (opening_ < options_.connect_parallel && next_to_open_ < options_.connections) {
        const std::uint32_t index = next_to_open_++;
        ++opening_;
        opening_since_[index] = now_ns();
        subscribers_[index]->open(destination_, ready_set_, upgrade_);
    }
}

bool Subscribers::opened() const noexcept {
    return counts_.ready + counts_.failed == options_.connections;
}

Subscriber* Subscribers::sender(std::uint32_t channel) {
    const std::uint32_t first = first_subscriptions_[channel];
    if (first == no_subscription) return nullptr;
    Subscriber& subscriber = *subscribers_[first / options_.channels_per_connection];
    return subscriber.state() == Subscriber::State::established ? &subscriber : nullptr;
}

Subscribers::Missing Subscribers::missing(const PublishLog& log, bool senders_excluded) const {
    Missing missing;
    missing.forgotten = ledger_.forgotten();
    for (std::size_t at = 0; at < confirmed_.size(); ++at) {
        if (!confirmed_[at]) continue;
        const auto channel = static_cast<std::uint32_t>(at % options_.channels);
        if (senders_excluded && first_subscriptions_[channel] == at) continue;
        for (std::size_t publisher = 0; publisher < publishers_; ++publisher) {
            missing.lost += ledger_.lost(at, publisher, log.published(publisher, channel),
                                         log.unsure(publisher, channel));
        }
    }
    return missing;
}

void Subscribers::append_subscribes(std::uint32_t index, std::string_view socket_id,
                                    std::string& out) {
    for (std::uint32_t which = 0; which < options_.channels_per_connection; ++which) {
        const std::size_t at = std::size_t{index} * options_.channels_per_connection + which;
        const auto channel = names_.name(static_cast<std::uint32_t>(at % options_.channels));
        std::string more;
        if (options_.kind == ChannelKind::private_channel) {
            more = fmt::format(R"(,"auth":"{}")", subscription_token(target_.credential, socket_id,
                                                                     channel, std::nullopt));
        } else if (options_.kind == ChannelKind::presence) {
            const std::string member = fmt::format(R"({{"user_id":"{}"}})", index);
            more = fmt::format(R"(,"auth":"{}","channel_data":"{{\"user_id\":\"{}\"}}")",
                               subscription_token(target_.credential, socket_id, channel, member),
                               index);
        }
        append_client_frame(
            out, WsOpcode::text,
            fmt::format(R"({{"event":"pusher:subscribe","data":{{"channel":"{}"{}}}}})", channel,
                        more));
    }
}

void Subscribers::on_bytes(std::size_t size) {
    counts_.bytes += size;
    received_at_ = now_ns();
}

bool Subscribers::on_event(std::uint32_t index, std::string_view text) {
    const std::optional<Marker> marker = finder_.find(text);
    if (!marker) return false;
    const auto at = subscription(index, marker->channel);
    if (!at || !confirmed_[*at] || marker->publisher >= publishers_) {
        ++counts_.misdirected;
        return true;
    }
    const auto arrival = ledger_.record(*at, marker->publisher, marker->sequence);
    if (arrival == DeliveryLedger::Arrival::duplicate) {
        ++counts_.duplicated;
        return true;
    }
    if (arrival == DeliveryLedger::Arrival::late) ++counts_.out_of_order;
    ++counts_.received;
    if (marker->due_ns >= measured_from_) latencies_.record(received_at_ - marker->due_ns);
    return true;
}

void Subscribers::on_protocol_message(Subscriber& subscriber, std::string_view text) {
    if (says(text, "pusher_internal:subscription_succeeded")) {
        if (const auto channel = names_.find(text)) confirm(subscriber.index(), *channel);
    } else if (says(text, "\"pusher:ping\"")) {
        subscriber.send_text(R"({"event":"pusher:pong","data":{}})");
    } else if (says(text, "pusher:error") || says(text, "pusher:subscription_error")) {
        ++counts_.errors[find_code(text)];
        if (opening_since_[subscriber.index()] != 0) finish_opening(subscriber.index(), false);
    }
}

void Subscribers::on_closed(Subscriber& subscriber, int code) {
    ++counts_.close_codes[code];
    if (opening_since_[subscriber.index()] != 0) {
        finish_opening(subscriber.index(), false);
    } else if (unconfirmed_[subscriber.index()] == 0) {
        ++counts_.closed;
    }
}

std::optional<std::size_t> Subscribers::subscription(std::uint32_t index,
                                                     std::uint32_t channel) const noexcept {
    if (channel >= options_.channels) return std::nullopt;
    const std::size_t first = std::size_t{index} * options_.channels_per_connection;
    const std::size_t which =
        (channel + options_.channels - first % options_.channels) % options_.channels;
    if (which >= options_.channels_per_connection) return std::nullopt;
    return first + which;
}

void Subscribers::confirm(std::uint32_t index, std::uint32_t channel) {
    const auto at = subscription(index, channel);
    if (!at || confirmed_[*at]) return;
    confirmed_[*at] = true;
    ++counts_.subscriptions;
    ++subscription_counts_[channel];
    first_subscriptions_[channel] =
        std::min(first_subscriptions_[channel], static_cast<std::uint32_t>(*at));
    if (--unconfirmed_[index] == 0 && opening_since_[index] != 0) finish_opening(index, true);
}

void Subscribers::finish_opening(std::uint32_t index, bool ready) {
    if (ready) connect_times_.record(now_ns() - opening_since_[index]);
    opening_since_[index] = 0;
    --opening_;
    ++(ready ? counts_.ready : counts_.failed);
}

}  // namespace carillon::bench
