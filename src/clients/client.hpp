#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/base/rate_limit.hpp"
#include "carillon/channels/connection.hpp"
#include "carillon/channels/connection_sink.hpp"
#include "carillon/channels/quota_client.hpp"
#include "carillon/clients/change_limits.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// What a client may change at once, in terms of its rate: all that a page subscribes to.
inline constexpr std::chrono::seconds change_burst{20};

/// A Pusher client of either transport: owns its `Connection` in the domain, counts and logs it. A
/// transport derives from it. One shard.
///
/// Who calls whom: the transport calls `receive`, `refuse_as_too_slow` and `on_closed`; the domain
/// calls `send` and `end` of `ConnectionSink`; `Clients` calls `open`, `await_admission` and
/// `refuse`.
class Client : public ConnectionSink, public ListHook<struct ClientList> {
public:
    explicit Client(ShardMetrics& metrics) : metrics_(metrics) {}
    ~Client() override { on_closed(1006); }

    /// Creates the `Connection` of a client that counts as one of its app's connections already.
    /// `bucket`: of its address. `limits` must outlive this.
    void open(EventLoop& loop, ChannelShard& channels, std::shared_ptr<const App> app,
              unsigned activity_timeout_seconds, const ChangeLimits& limits,
              AddressRates::Bucket bucket);

    /// Asks the cluster whether the app may have one more connection. Calls `admitted` if so, and
    /// refuses the client if not. Messages of the client are held until then, up to 64 KiB.
    void await_admission(QuotaClient& quota, const std::shared_ptr<const App>& app,
                         std::function<void()> admitted);
    [[nodiscard]] bool awaits_admission() const noexcept {
        return admission_ && admission_->is_open;
    }

    /// Sends `pusher:error` and closes with the code that belongs to `code`. Source: wire.md 1.6.
    void refuse(Errc code, std::string_view message);

    /// Null before `open`, and after the connection was closed.
    [[nodiscard]] Connection* connection() noexcept { return connection_.get(); }
    /// Its name in metrics and `/status`: `ws`, `wss`, `xhr_streaming`, `xhr_polling`.
    [[nodiscard]] virtual std::string_view transport() const noexcept = 0;

protected:
    /// Closes the transport's connection. Must lead to `on_closed`.
    virtual void close(int code, std::string_view reason) = 0;

    /// Handles a text message from the client, which is valid UTF-8.
    void receive(std::string_view text);
    /// How long the transport has to wait before it handles the client's next message.
    [[nodiscard]] Duration backpressure() const;
    /// Closes the client because too many bytes are queued for it.
    void refuse_as_too_slow();
    /// The connection is over: its subscriptions end. Further calls do nothing.
    void on_closed(int code);

    [[nodiscard]] ShardMetrics& metrics() noexcept { return metrics_; }

private:
    /// Closes clients that have not authorized themselves in time, if their app demands it. Source:
    /// wire.md 2.10.
    class AuthorizationTimeout final : public Timeout {
    public:
        explicit AuthorizationTimeout(Client& client) : client_(client) {}
        void on_timeout(TimePoint now) override;

    private:
        Client& client_;
    };

    /// A request for a place among the app's connections, whose number is limited per cluster.
    struct Admission {
        QuotaClient& quota;
        std::shared_ptr<const App> app;
        std::uint64_t ticket = 0;
        bool is_open = true;  ///< the cluster has not answered
        std::vector<std::string> held_messages;
        std::size_t held_bytes = 0;
    };

    /// Takes the changes of the last message from the buckets.
    void charge();
    void release_admission();
    void pass_on(std::string_view text);

    ShardMetrics& metrics_;
    const ChangeLimits* limits_ = nullptr;  ///< after `open`
    RateLimit changes_;
    std::uint32_t owed_wait_ms_ = 0;  ///< since the last message
    AddressRates::Bucket bucket_ = 0;
    bool is_held_back_ = false;  ///< counted as such
    std::unique_ptr<Admission> admission_;
    std::unique_ptr<AuthorizationTimeout> authorization_timeout_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace carillon
