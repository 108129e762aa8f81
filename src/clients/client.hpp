#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/channels/connection.hpp"
#include "carillon/channels/connection_sink.hpp"
#include "carillon/channels/quota_client.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// A Pusher client of this shard, whatever carries its messages: its `Connection`, and what is
/// counted and logged of it. A transport derives from it.
class Client : public ConnectionSink, public ListHook<struct ClientList> {
public:
    explicit Client(ShardMetrics& metrics) : metrics_(metrics) {}
    ~Client() override { on_closed(1006); }

    /// Lets the client in, which is counted among its app's connections already. Without it the
    /// client is only good for being refused.
    void open(EventLoop& loop, ChannelShard& channels, std::shared_ptr<const App> app,
              unsigned activity_timeout_seconds);

    /// Asks the cluster whether the app may have one more connection, and calls `admitted` if so;
    /// refuses the client if not. What it says meanwhile waits.
    void await_admission(QuotaClient& quota, std::shared_ptr<const App> app,
                         std::function<void()> admitted);
    [[nodiscard]] bool awaits_admission() const noexcept {
        return admission_ && admission_->is_open;
    }

    /// Says why, by `pusher:error` and then the close code, and ends the connection.
    void refuse(Errc code, std::string_view message);

    /// Null once it is over.
    [[nodiscard]] Connection* connection() noexcept { return connection_.get(); }
    /// As reports name it.
    [[nodiscard]] virtual std::string_view transport() const noexcept = 0;

protected:
    /// Ends the connection by the transport's own means. Must lead to `on_closed`.
    virtual void close(int code, std::string_view reason) = 0;

    /// A text message of the client's, valid UTF-8.
    void receive(std::string_view text);
    /// It reads so slowly that too much waits.
    void refuse_as_too_slow();
    /// The connection is over: leaves everything. May be repeated.
    void on_closed(int code);

    [[nodiscard]] ShardMetrics& metrics() noexcept { return metrics_; }

private:
    /// Of apps that demand that their clients are authorized. Source: wire.md 2.10.
    class AuthorizationTimeout final : public Timeout {
    public:
        explicit AuthorizationTimeout(Client& client) : client_(client) {}
        void on_timeout(TimePoint now) override;

    private:
        Client& client_;
    };

    /// A place among the connections of an app that are limited over a cluster.
    struct Admission {
        QuotaClient& quota;
        std::shared_ptr<const App> app;
        std::uint64_t ticket = 0;
        bool is_open = true;  ///< not answered yet
        std::vector<std::string> held_messages;
        std::size_t held_bytes = 0;
    };

    void release_admission();

    ShardMetrics& metrics_;
    std::unique_ptr<Admission> admission_;
    std::unique_ptr<AuthorizationTimeout> authorization_timeout_;
    std::unique_ptr<Connection> connection_;
    ChannelShard* channels_ = nullptr;  ///< those of `connection_`
};

}  // namespace carillon
