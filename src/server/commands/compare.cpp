#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "carillon/auth/subscription_token.hpp"
#include "carillon/base/percent.hpp"
#include "client.hpp"
#include "commands.hpp"
#include "probe.hpp"

namespace carillon {
namespace {

using nlohmann::json;
using Record = std::vector<std::string>;

constexpr std::string_view protocol = "?protocol=7&client=carillon-compare&version=1.0";
constexpr std::string_view member = R"({"user_id":"1","user_info":{"name":"one"}})";

/// Something that clients and SDKs do, and what the server answers.
struct Step {
    std::string name;
    Record record;
};

/// The conversations, on one server. The channels have names that nobody else uses.
class Conversations {
public:
    Conversations(const Target& target, const ClientCredentials& credentials)
        : target_(target), credentials_(credentials) {}

    std::vector<Step> run() {
        connections();
        ProbeClient client(target_, credentials_.key, protocol);
        add("connect", client);
        subscriptions(client);
        messages(client);
        rest(client);
        return std::move(steps_);
    }

private:
    void add(std::string name, ProbeClient& client) {
        steps_.push_back({std::move(name), client.take_messages()});
    }

    /// For messages that others cause: another shard or node may deliver them after the pong.
    void add_later(std::string name, ProbeClient& client) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        add(std::move(name), client);
    }

    void connections() {
        const auto refused = [this](const char* name, std::string_view key,
                                    std::string_view query) {
            ProbeClient client(target_, key, query);
            add(name, client);
        };
        refused("connect with an unknown key", "no-such-key", protocol);
        refused("connect without a protocol", credentials_.key, "");
        refused("connect with protocol 99", credentials_.key, "?protocol=99");
    }

    std::string token(const ProbeClient& client, std::string_view channel,
                      std::optional<std::string_view> data = std::nullopt) const {
        return subscription_token({credentials_.key, credentials_.secret}, client.socket_id(),
                                  channel, data);
    }

    void subscriptions(ProbeClient& client) {
        const auto subscribe = [&](const char* name, const json& data) {
            client.subscribe(data);
            add(name, client);
        };
        subscribe("subscribe to a public channel", {{"channel", public_}});
        subscribe("subscribe to it again", {{"channel", public_}});
        subscribe("subscribe to a channel with a bad name", {{"channel", "no blanks"}});
        subscribe("subscribe to a private channel without a token", {{"channel", private_}});
        subscribe("subscribe to a private channel with a wrong token",
                  {{"channel", private_}, {"auth", credentials_.key + ":0"}});
        subscribe("subscribe to a private channel",
                  {{"channel", private_}, {"auth", token(client, private_)}});
        subscribe("subscribe to a presence channel without data",
                  {{"channel", presence_}, {"auth", token(client, presence_)}});
        subscribe("subscribe to a presence channel", {{"channel", presence_},
                                                      {"auth", token(client, presence_, member)},
                                                      {"channel_data", member}});
        subscribe("subscribe to an empty cache channel", {{"channel", "cache-carillon-compare"}});
    }

    void messages(ProbeClient& client) {
        const auto send = [&](const char* name, const json& message) {
            client.send(message.is_string() ? message.get<std::string>() : message.dump());
            add(name, client);
        };
        send("a client event on a public channel",
             {{"event", "client-e"}, {"channel", public_}, {"data", "x"}});
        ProbeClient second(target_, credentials_.key, protocol);
        second.subscribe({{"channel", private_}, {"auth", token(second, private_)}});
        static_cast<void>(second.take_messages());
        static_cast<void>(client.take_messages());  // Counts, if the app has them.
        send("a client event on a private channel, to its sender",
             {{"event", "client-e"}, {"channel", private_}, {"data", {{"a", 1}}}});
        add_later("the same, to another subscriber", second);
        second.subscribe({{"channel", presence_},
                          {"auth", token(second, presence_, member)},
                          {"channel_data", member}});
        add("the same user joins a presence channel again", second);
        add_later("what the first connection of the user sees of that", client);
        send("an unknown event of the protocol",
             {{"event", "pusher:no-such-event"}, {"data", json::object()}});
        send("a message that is not JSON", "no JSON");
    }

    std::string call(std::string_view method, std::string_view path, const std::string& body,
                     std::string_view parameters = {}) const {
        const auto full =
            fmt::format("{}/apps/{}{}", target_.path, percent_encode(credentials_.app_id), path);
        return request(target_, method,
                       full + '?' + signed_query(credentials_, method, full, body, parameters),
                       body);
    }

    void rest(ProbeClient& client) {
        const auto event = [](const std::string& channel, const std::string& name,
                              const std::string& data) {
            return json{{"name", name}, {"channels", {channel}}, {"data", data}}.dump();
        };
        const auto ask = [this](const char* name, std::string answer) {
            steps_.push_back({name, {std::move(answer)}});
        };
        ask("trigger", call("POST", "/events", event(public_, "e", R"({"a":1})")));
        add_later("what the subscriber receives", client);
        ask("trigger a batch",
            call("POST", "/batch_events",
                 json{{"batch", {{{"name", "e"}, {"channel", public_}, {"data", "x"}}}}}.dump()));
        add_later("what the subscriber receives of it", client);
        ask("trigger with a name of 201 characters",
            call("POST", "/events", event(public_, std::string(201, 'n'), "x")));
        ask("trigger with 10,241 bytes of data",
            call("POST", "/events", event(public_, "e", std::string(10'241, 'd'))));
        ask("trigger on a channel with a bad name",
            call("POST", "/events", event("no blanks", "e", "x")));
        ask("trigger without a body", call("POST", "/events", ""));
        ask("trigger without a signature",
            request(target_, "POST",
                    fmt::format("{}/apps/{}/events", target_.path, credentials_.app_id),
                    event(public_, "e", "x")));
        ask("list channels by prefix",
            call("GET", "/channels", "", "&filter_by_prefix=presence-carillon-compare"));
        ask("one channel",
            call("GET", "/channels/" + presence_, "", "&info=user_count,subscription_count"));
        ask("the members of a presence channel",
            call("GET", "/channels/" + presence_ + "/users", ""));
        ask("the members of a public channel", call("GET", "/channels/" + public_ + "/users", ""));
        ask("a path that does not exist", call("GET", "/no-such-path", ""));
    }

    const Target& target_;
    const ClientCredentials& credentials_;
    const std::string public_ = "carillon-compare";
    const std::string private_ = "private-carillon-compare";
    const std::string presence_ = "presence-carillon-compare";
    std::vector<Step> steps_;
};

void print(const std::string& server, const Record& record) {
    std::cout << "    " << server << '\n';
    if (record.empty()) std::cout << "        (nothing)\n";
    for (const std::string& line : record) std::cout << "        " << line << '\n';
}

}  // namespace

int compare_command(const ConfigurationSources& sources, const ClientArguments& client,
                    const std::string& other_url) {
    const Target ours = parse_target(client.url);
    const Target theirs = parse_target(other_url);
    const auto credentials = find_credentials(sources, client, true);
    if (!credentials) return 2;
    const auto one = Conversations{ours, *credentials}.run();
    const auto other = Conversations{theirs, *credentials}.run();
    std::size_t different = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        const bool is_same = one[i].record == other[i].record;
        std::cout << (is_same ? "same:   " : "differ: ") << one[i].name << '\n';
        if (is_same) continue;
        ++different;
        print(client.url, one[i].record);
        print(other_url, other[i].record);
    }
    std::cout << one.size() << " steps, " << different << " differ\n";
    return different == 0 ? 0 : 1;
}

}  // namespace carillon
