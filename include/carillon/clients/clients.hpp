#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "carillon/apps/app_registry.hpp"
#include "carillon/channels/channel_shard.hpp"
#include "carillon/clients/address_rates.hpp"
#include "carillon/clients/change_limits.hpp"
#include "carillon/clients/options.hpp"
#include "carillon/net/http.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "carillon/runtime/timer.hpp"

namespace carillon {

class Client;

/// The Pusher clients of one shard, of either transport: admits and refuses them, gives them new
/// settings after a reload, and closes them when the server stops. One shard.
class Clients {
public:
    /// The limits per address, of the node.
    struct Rates {
        explicit Rates(const ConnectionOptions& options)
            : connections(options.max_new_per_second_per_address),
              changes(options.max_changes_per_second_per_address) {}

        AddressRates connections;
        AddressRates changes;
    };

    /// `rates`: those of the node. All references must outlive this.
    Clients(EventLoop& loop, ChannelShard& channels, std::shared_ptr<const AppRegistry> apps,
            Rates& rates, const ConnectionOptions& options);
    ~Clients();
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;

    /// Opens the client's connection, or refuses it with `pusher:error` and a close code. `key`:
    /// the app's, percent-decoded. `request`: the handshake, or the first request of a fallback
    /// session.
    void admit(Client& client, std::string_view key, const HttpRequest& request);
    /// Refuses a client whose request is wrong for another reason. It counts as a client until it
    /// is closed.
    void refuse(Client& client, Errc code, std::string_view message);

    /// The apps after a reload. Clients of apps that were removed or disabled are closed, the
    /// others stay connected.
    void set_apps(std::shared_ptr<const AppRegistry> apps);

    /// Closes all clients with 4200, evenly over `time`; new clients are refused with it.
    void drain(Duration time);
    [[nodiscard]] bool idle() const noexcept;

    /// Clients by app id and transport. Iterates over all of them: for a scrape.
    using Counts = std::map<std::pair<std::string, std::string_view>, std::size_t>;
    [[nodiscard]] Counts counts() const;

private:
    struct List;
    struct Refusal {
        Errc code;
        std::string message;
    };
    /// Why the client is refused; if it is not, it now counts as one of the app's connections.
    [[nodiscard]] std::optional<Refusal> refusal(std::string_view key, const App* app,
                                                 const HttpRequest& request) const;
    void open(Client& client, const std::shared_ptr<const App>& app, AddressRates::Bucket bucket);
    void close_batch();

    EventLoop& loop_;
    ChannelShard& channels_;
    std::shared_ptr<const AppRegistry> apps_;
    Rates& rates_;
    ConnectionOptions options_;
    ChangeLimits change_limits_;
    bool draining_ = false;
    TimePoint drain_end_{};
    Timer drain_timer_;
    std::unique_ptr<List> list_;
};

}  // namespace carillon
