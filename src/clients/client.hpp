#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/channels/connection.hpp"
#include "carillon/channels/connection_sink.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// A Pusher client of this shard, whatever carries its messages: its `Connection`, and what is
/// counted and logged of it. A transport derives from it.
class Client : public ConnectionSink, public ListHook<struct ClientList> {
public:
    explicit Client(ShardMetrics& metrics) : metrics_(metrics) {}
    ~Client() override { gone(1006); }

    /// Lets the client in, which is counted among its app's connections already. Without it the
    /// client is only good for being refused.
    void open(EventLoop& loop, ChannelShard& channels, std::shared_ptr<const App> app,
              unsigned activity_timeout_seconds);

    /// Says why, by `pusher:error` and then the close code, and ends the connection.
    void refuse(Errc code, std::string_view message);

    /// Null once it is over.
    [[nodiscard]] Connection* connection() noexcept {
        return connection_ ? &*connection_ : nullptr;
    }
    /// As reports name it.
    [[nodiscard]] virtual std::string_view transport() const noexcept = 0;

protected:
    /// Ends the connection by the transport's own means. Must lead to `gone`.
    virtual void close(int code, std::string_view reason) = 0;

    /// A text message of the client's, valid UTF-8.
    void receive(std::string_view text);
    /// It reads so slowly that too much waits.
    void refuse_as_too_slow();
    /// The connection is over: leaves everything. May be repeated.
    void gone(int code);

    [[nodiscard]] ShardMetrics& metrics() noexcept { return metrics_; }

private:
    /// Of apps that demand that their clients are authorized. Source: protocol.md 2.10.
    class AuthorizationTimeout final : public Timeout {
    public:
        explicit AuthorizationTimeout(Client& client) : client_(client) {}
        void on_timeout(TimePoint now) override;

    private:
        Client& client_;
    };

    ShardMetrics& metrics_;
    std::unique_ptr<AuthorizationTimeout> authorization_timeout_;
    std::optional<Connection> connection_;
};

}  // namespace carillon
