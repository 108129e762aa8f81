#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/cluster/script_contract.hpp"
#include "script_server.hpp"

namespace carillon::test {

/// Topics of the app whose id is 7: a channel, a presence channel, a user.
inline const std::string news = "c1:7news";
inline const std::string room = "p1:7presence-room";
inline const std::string ann = "u1:7ann";

/// A server of its own, and one partition in it, as the scripts find it.
class ScriptWorld {
public:
    explicit ScriptWorld(std::unique_ptr<ScriptServer> on = ScriptServer::make())
        : server(std::move(on)) {}

    Reply command(const std::vector<std::string>& words) { return server->command(words); }
    /// Runs a script on the partition, by EVALSHA.
    template <class Request>
    Reply run(const Request& request) {
        ScriptArguments arguments;
        request.encode(arguments);
        return run(Request::script, arguments.views());
    }
    Reply run(Script script, const std::vector<std::string_view>& arguments);
    [[nodiscard]] std::string key(std::string_view rest) const {
        return prefix + std::string(rest);
    }

    /// By the server's clock.
    [[nodiscard]] std::uint64_t now_ms() { return server->now_ms(); }
    /// Until its clock is `ms` and a little further.
    void pass(std::uint64_t ms) { server->pass(ms); }

    /// "" if there is none.
    [[nodiscard]] std::string field(std::string_view key, std::string_view field);
    [[nodiscard]] std::map<std::string, std::string> hash(std::string_view key);
    [[nodiscard]] std::vector<std::string> ring(std::string_view topic);
    /// A topic's messages since this was last called: "a 2 u1{}".
    [[nodiscard]] std::vector<std::string> messages(std::string_view topic);
    /// Takes the webhooks that are queued, without their numbers.
    [[nodiscard]] std::vector<std::string> webhooks(std::uint64_t most = 1'000'000);
    /// The contents of all keys but the clock and `except`.
    [[nodiscard]] std::map<std::string, std::string> everything(std::string_view except = "");

    /// An event of a process, all of whose events are of this topic.
    Reply publish(std::string_view topic, std::string_view process, std::uint64_t counter,
                  std::string_view body);

    const std::string prefix = "t:{p001}:";
    std::string epoch = std::string(40, 'a');
    std::uint64_t ring_bytes = 65536;
    std::vector<std::string> rules;  ///< that nodes register with
    const std::unique_ptr<ScriptServer> server;

private:
    std::map<Script, std::string> digests_;
    std::map<std::string, std::size_t, std::less<>> seen_messages_;
};

/// A node as the scripts know it.
class ScriptNode {
public:
    /// `name`: a process, '.', a number. `lease`: in ms.
    ScriptNode(ScriptWorld& world, std::string name, std::uint64_t lease = 10'000)
        : id(std::move(name)), epoch(world.epoch), lease_ms(lease), world_(world) {}

    struct Step {
        std::string what;  ///< "+", "-" or "="
        std::string user;
        std::string info = "{}";
    };
    struct Sync {
        std::string topic;
        std::uint64_t count = 0;
        std::vector<Step> steps = {};
        bool has_joined = false;
        std::uint64_t most = 0;
        bool subscribed_before = false;
        std::uint64_t replica = 0;
        std::uint64_t admitted = 0;
    };

    /// `former`: its id before this. `former_epoch`: in which that was registered.
    Reply register_node(const std::string& known = "", const std::string& former = "",
                        const std::string& former_epoch = "");
    Reply finish_resync();
    /// Both, when there is nothing to bring.
    void join();
    Reply sync_topic(const Sync& sync);
    Reply offer_roster(const std::string& topic, std::uint64_t number,
                       const std::vector<std::string>& members_and_infos, bool is_first = true);
    using Connections = std::vector<std::pair<std::string_view, std::uint64_t>>;
    Reply offer_webhooks(const std::vector<scripts::OfferWebhooks::Webhook>& webhooks);
    Reply renew_lease(bool may_clear = true, std::uint64_t claim_ms = 5000,
                      const Connections& connections = {});
    Reply clear_dead_node(const std::string& dead, std::uint64_t most = 200);
    Reply unregister();

    const std::string id;
    std::string epoch;
    const std::uint64_t lease_ms;
    std::uint64_t operation = 0;  ///< the last

private:
    Operation next_operation();

    ScriptWorld& world_;
};

}  // namespace carillon::test
