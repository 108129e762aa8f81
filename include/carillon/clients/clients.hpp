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
#include "carillon/clients/options.hpp"
#include "carillon/net/http.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "carillon/runtime/timer.hpp"

namespace carillon {

class Client;

/// The Pusher clients of one shard, whatever carries their messages: hands them new settings, sends
/// them away when the server stops.
class Clients {
public:
    /// `rates`: of the node.
    Clients(EventLoop& loop, ChannelShard& channels, std::shared_ptr<const AppRegistry> apps,
            AddressRates& rates, const ConnectionOptions& options);
    ~Clients();
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;

    /// Lets the client in or refuses it. `key`: the app's, percent-decoded; `request`: what it came
    /// with.
    void admit(Client& client, std::string_view key, const HttpRequest& request);
    /// Takes it up only to be refused.
    void refuse(Client& client, Errc code, std::string_view message);

    /// From a reload. Clients of apps that are gone or disabled are closed, the others stay.
    void set_apps(std::shared_ptr<const AppRegistry> apps);

    /// Closes everybody with 4200, evenly over `time`, and whoever still comes at once.
    void drain(Duration time);
    [[nodiscard]] bool idle() const noexcept;

    /// Clients by app id and transport. Walks them all: for a scrape.
    using Counts = std::map<std::pair<std::string, std::string_view>, std::size_t>;
    [[nodiscard]] Counts counts() const;

private:
    struct List;
    struct Refusal {
        Errc code;
        std::string message;
    };
    /// Why this client cannot come in; if it can, it is now counted among the app's connections.
    [[nodiscard]] std::optional<Refusal> refusal(std::string_view key, const App* app,
                                                 const HttpRequest& request) const;
    void open(Client& client, const std::shared_ptr<const App>& app);
    void close_batch();

    EventLoop& loop_;
    ChannelShard& channels_;
    std::shared_ptr<const AppRegistry> apps_;
    AddressRates& rates_;
    ConnectionOptions options_;
    bool draining_ = false;
    TimePoint drain_end_{};
    Timer drain_timer_;
    std::unique_ptr<List> list_;
};

}  // namespace carillon
