#include "client.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "carillon/channels/channel_shard.hpp"
#include "carillon/protocol/error_codes.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {
namespace {

/// Messages of a client that waits for admission: enough for a few subscriptions.
constexpr std::size_t held_bytes_max = 65536;
/// Between looks at whether a home has caught up.
constexpr std::chrono::milliseconds held_back_pause{10};

}  // namespace

void Client::open(EventLoop& loop, ChannelShard& channels, std::shared_ptr<const App> app,
                  unsigned activity_timeout_seconds, const ChangeLimits& limits,
                  AddressRates::Bucket bucket) {
    ++metrics_.connections_opened;
    if (const auto seconds = app->limits.authorization_timeout_seconds; seconds > 0) {
        authorization_timeout_ = std::make_unique<AuthorizationTimeout>(*this);
        loop.schedule(*authorization_timeout_, std::chrono::seconds(seconds));
    }
    limits_ = &limits;
    bucket_ = bucket;
    connection_ =
        std::make_unique<Connection>(channels, *this, std::move(app), activity_timeout_seconds);
    spdlog::debug("connection {} opened by {}, app {}", connection_->socket_id().text(),
                  transport(), connection_->app().id.get());
}

void Client::await_admission(QuotaClient& quota, const std::shared_ptr<const App>& app,
                             std::function<void()> admitted) {
    const std::uint64_t ticket = quota.new_ticket();
    admission_.reset(new Admission{quota, app, ticket, true, {}, 0});
    const auto answer = [this, admitted = std::move(admitted)](bool is_admitted) {
        admission_->is_open = false;
        if (is_admitted) {
            const std::vector<std::string> held_messages =
                std::exchange(admission_->held_messages, {});
            admitted();  // This may close the client at once, if the server stops.
            for (const std::string& text : held_messages) {
                if (connection_) pass_on(text);
            }
            return;
        }
        admission_->app->usage->release_connection();
        admission_.reset();
        refuse(Errc::app_over_quota, "Application has too many connections");
    };
    quota.request(*app, ticket, answer);
}

void Client::release_admission() {
    if (!admission_) return;
    if (admission_->is_open) admission_->app->usage->release_connection();
    admission_->quota.release(*admission_->app, admission_->ticket);
    admission_.reset();
}

void Client::AuthorizationTimeout::on_timeout(TimePoint) {
    if (client_.connection() == nullptr || client_.connection()->authorized()) return;
    client_.refuse(Errc::not_authorized_in_time, "Connection not authorized within timeout");
}

void Client::refuse(Errc code, std::string_view message) {
    const int close_code = pusher_code(code).value_or(1008);
    if (!connection_) ++metrics_.connections_refused[close_code];
    if (close_code >= 4000) {
        const std::string text = error_message(code, message);
        OutboundMessage error(text);
        send(error);
    }
    close(close_code, message);
}

void Client::receive(std::string_view text) {
    ++metrics_.messages_received;
    if (connection_) return pass_on(text);
    if (!awaits_admission()) return;
    admission_->held_bytes += text.size();
    if (admission_->held_bytes > held_bytes_max) return refuse_as_too_slow();
    admission_->held_messages.emplace_back(text);
}

void Client::pass_on(std::string_view text) {
    owed_wait_ms_ = 0;
    connection_->on_text(text);
    if (connection_ && connection_->changes() > 0) charge();
}

void Client::charge() {
    const TimePoint now = connection_->shard().now();
    const std::uint32_t changes = connection_->changes();
    const Duration wait = std::max(changes_.charge(changes, limits_->per_second, change_burst, now),
                                   limits_->by_address.charge(bucket_, changes, change_burst, now));
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    owed_wait_ms_ = static_cast<std::uint32_t>(std::min<std::int64_t>(ms, UINT32_MAX));
    // One message after the other may be held back: the client counts once, until it keeps to it.
    if (ms > 0 && !is_held_back_) ++metrics_.clients_held_back;
    is_held_back_ = ms > 0;
}

Duration Client::backpressure() const {
    const Duration owed = std::chrono::milliseconds(owed_wait_ms_);
    return connection_ && connection_->is_held_back() ? std::max<Duration>(owed, held_back_pause)
                                                      : owed;
}

void Client::refuse_as_too_slow() {
    ++metrics_.slow_consumers;
    if (connection_) {
        spdlog::info("connection {} reads too slowly, closing it", connection_->socket_id().text());
    }
    refuse(Errc::too_slow, "Too many messages wait for this connection");
}

void Client::on_closed(int code) {
    release_admission();
    if (!connection_) return;
    spdlog::debug("connection {} closed with code {}", connection_->socket_id().text(), code);
    ++metrics_.connections_closed[code];
    connection_->app().usage->release_connection();
    connection_->shard().edge_channels().retire(std::move(connection_));
}

}  // namespace carillon
