// Four clients on two shards send the lines of the input, and sign what a line asks them to: every
// frame that a client receives parses, and no client's input harms the others.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "carillon/auth/subscription_token.hpp"
#include "shard_world.hpp"

namespace {

using carillon::test::TestClient;

/// `?`: a subscription, signed, to the channel up to the first space, with channel data behind it;
/// `@`: a sign-in with this user data; anything else is sent unchanged.
void send_line(TestClient& client, std::string_view line) {
    using nlohmann::json;
    const std::string socket_id = client.connection.socket_id().text();
    const carillon::Credential credential{"key", "secret"};
    if (line.starts_with('@')) {
        const std::string user(line.substr(1));
        const json data = {{"user_data", user},
                           {"auth", carillon::signin_token(credential, socket_id, user)}};
        client.connection.on_text(json{{"event", "pusher:signin"}, {"data", data}}.dump());
    } else if (line.starts_with('?')) {
        line.remove_prefix(1);
        const std::size_t space = line.find(' ');
        const std::string channel(line.substr(0, space));
        json data = {{"channel", channel}};
        std::optional<std::string_view> member;
        if (space != std::string_view::npos) member = line.substr(space + 1);
        if (member) data["channel_data"] = *member;
        data["auth"] = carillon::subscription_token(credential, socket_id, channel, member);
        client.connection.on_text(json{{"event", "pusher:subscribe"}, {"data", data}}.dump());
    } else {
        client.connection.on_text(line);
    }
}

}  // namespace

/// The first character of each line says who, the second may be `-`: that client goes and comes
/// back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon::test;
    std::string_view rest{reinterpret_cast<const char*>(data), size};
    // Text reaches the domain as valid UTF-8: the codec has checked.
    if (!nlohmann::json(std::string(rest)).is_string()) return 0;
    try {
        static_cast<void>(nlohmann::json(std::string(rest)).dump());
    } catch (const nlohmann::json::type_error&) {
        return 0;
    }
    ShardWorld world(2);
    const auto app = make_app();
    app->subscription_count = true;
    app->limits.max_client_events_per_second = 0;
    std::array<std::unique_ptr<TestClient>, 4> clients;
    while (!rest.empty()) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.empty()) continue;
        const std::size_t who = static_cast<unsigned char>(line.front()) % clients.size();
        line.remove_prefix(1);
        if (line.starts_with('-')) clients[who].reset();
        if (!clients[who]) {
            clients[who] =
                std::make_unique<TestClient>(world, static_cast<std::uint16_t>(who % 2), app);
        }
        if (!line.starts_with('-'))
            send_line(*clients[who], line);  // What is sent is parsed on arrival.
        world.settle();
        for (const auto& client : clients) {
            if (!client) continue;
            for (const auto& frame : client->take()) {
                if (!frame.at("event").is_string() || !frame.contains("data")) std::abort();
            }
        }
    }
    return 0;
}
