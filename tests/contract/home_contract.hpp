#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/channels/home.hpp"
#include "carillon/channels/webhook_queue.hpp"

namespace carillon::test {

/// One home, and whatever it needs: a clock, and for a home of a cluster its Redis. The test plays
/// the edges. Each implementation of `Home` has one of these.
class HomeWorld {
public:
    virtual ~HomeWorld() = default;

    [[nodiscard]] virtual Home& home() = 0;
    [[nodiscard]] virtual TimePoint now() const = 0;
    /// Returns when the home has handled all requests so far, and has nothing left to send.
    virtual void settle() = 0;
    /// Lets time pass; what becomes due happens.
    virtual void pass(Duration time) = 0;

    std::vector<std::pair<ShardId, EdgeNotice>> notices;  ///< in the order of sending
    std::vector<WebhookEvent> webhooks;
};

/// A kind of home. `make` gives one that knows `app`, is ready for requests, and is the home of
/// every channel and user.
struct HomeKind {
    std::string name;
    std::function<std::unique_ptr<HomeWorld>(const std::shared_ptr<const App>& app)> make;
};

inline void PrintTo(const HomeKind& kind, std::ostream* out) {
    *out << kind.name;
}

/// What every home promises to edges. To run it on one more kind of home:
/// `INSTANTIATE_TEST_SUITE_P(Name, HomeContract, ::testing::Values(HomeKind{…}));`
class HomeContract : public ::testing::TestWithParam<HomeKind> {
protected:
    static constexpr ShardId one{1};
    static constexpr ShardId two{2};
    static constexpr ShardId three{3};

    HomeContract();

    [[nodiscard]] ChannelAddress channel(std::string name) const {
        return {app->index, std::move(name)};
    }
    [[nodiscard]] UserAddress user(std::string id) const { return {app->index, std::move(id)}; }

    /// Sends a request and lets the home handle it.
    void request(ShardId from, HomeRequest request) {
        world->home().receive(from, std::move(request));
        world->settle();
    }
    /// A join of the connection `id`, by which its slot, ticket and socket id are told apart.
    [[nodiscard]] Join make_join(const std::string& name, std::uint32_t id,
                                 const std::string& member = "") const;
    void join(ShardId from, const std::string& name, std::uint32_t id,
              const std::string& member = "") {
        request(from, make_join(name, id, member));
    }
    void leave(ShardId from, const std::string& name, std::uint32_t id) {
        request(from, Leave{channel(name), {id, id}});
    }
    void publish(const std::string& name, const std::string& event);
    void client_event(ShardId from, const std::string& name, const std::string& event,
                      std::uint32_t sender);

    /// The message of an event, as edges make it.
    [[nodiscard]] static std::string message(const std::string& name, const std::string& event);
    [[nodiscard]] static SocketId socket_id(std::uint32_t id) { return {id, id}; }

    /// Takes the notices of one kind to an edge that were sent since the last call, in order.
    template <class Notice>
    std::vector<Notice> take(ShardId edge) {
        std::vector<Notice> taken;
        auto& notices = world->notices;
        for (auto sent = notices.begin(); sent != notices.end();) {
            auto* const notice = std::get_if<Notice>(&sent->second);
            if (sent->first == edge && notice != nullptr) {
                taken.push_back(std::move(*notice));
                sent = notices.erase(sent);
            } else {
                ++sent;
            }
        }
        return taken;
    }
    /// Takes the events that an edge was to deliver: the name, and the user or count in `data`.
    std::vector<std::string> take_events(ShardId edge);
    /// Takes the webhooks: kind, channel, user.
    std::vector<std::string> take_webhooks();
    [[nodiscard]] ChannelAnswer query(ChannelQuery query);
    /// Of a presence channel: id, a space and the info, if there is one.
    [[nodiscard]] std::vector<std::string> users(std::string name, bool with_info = false);

    std::shared_ptr<App> app = std::make_shared<App>();
    std::unique_ptr<HomeWorld> world;
};

}  // namespace carillon::test
