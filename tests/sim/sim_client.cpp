#include "sim_client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "carillon/auth/subscription_token.hpp"
#include "carillon/protocol/error_codes.hpp"

namespace carillon::sim {
namespace {

using nlohmann::json;

const Credential credential{"key", "secret"};

json data_of(const json& message) {
    const auto found = message.find("data");
    if (found == message.end()) return json::object();
    return found->is_string() ? json::parse(found->get<std::string>(), nullptr, false) : *found;
}

std::vector<std::uint32_t> users_of(const json& ids) {
    std::vector<std::uint32_t> users;
    for (const json& id : ids) users.push_back(user_number(id.get<std::string>()));
    return users;
}

}  // namespace

SimClient::SimClient(World& world, SimNode& node, std::uint16_t shard,
                     std::uint32_t connection_number, std::uint32_t user)
    : world_(world),
      number_(connection_number),
      node_number_(node.number()),
      shard_(shard),
      user_(user) {
    add({.kind = Entry::Kind::opened, .user = user_});
    connection_ = std::make_unique<Connection>(node.channels(shard), *this, world.apps[0], 120);
}

void SimClient::add(Entry entry) {
    entry.at = world_.time.now();
    entry.client = number_;
    entry.node = node_number_;
    world_.history.add(std::move(entry));
}

void SimClient::say(const std::string& text) {
    if (!is_over_) connection_->on_text(text);
}

void SimClient::subscribe(std::uint32_t channel) {
    const std::string name = channel_name(channel);
    const std::string socket_id = connection_->socket_id().text();
    json data = {{"channel", name}};
    if (is_presence(channel)) {
        const std::string member = json{{"user_id", user_name(user_)}}.dump();
        data["channel_data"] = member;
        data["auth"] = subscription_token(credential, socket_id, name, member);
    } else if (name.starts_with("private-")) {
        data["auth"] = subscription_token(credential, socket_id, name, std::nullopt);
    }
    add({.kind = Entry::Kind::asked, .channel = channel, .user = user_});
    say(json{{"event", "pusher:subscribe"}, {"data", data}}.dump());
}

void SimClient::unsubscribe(std::uint32_t channel) {
    joined_.erase(channel);
    add({.kind = Entry::Kind::left, .channel = channel});
    say(json{{"event", "pusher:unsubscribe"}, {"data", {{"channel", channel_name(channel)}}}}
            .dump());
}

void SimClient::sign_in(std::int64_t watchlist) {
    json user = {{"id", user_name(user_)}};
    std::vector<std::uint32_t> watched;
    for (std::uint32_t i = 0; i < users_count; ++i) {
        if ((watchlist >> i & 1) == 0) continue;
        watched.push_back(i);
        user["watchlist"].push_back(user_name(i));
    }
    const std::string text = user.dump();
    add({.kind = Entry::Kind::signing_in, .user = user_, .users = watched});
    say(json{{"event", "pusher:signin"},
             {"data",
              {{"user_data", text},
               {"auth", signin_token(credential, connection_->socket_id().text(), text)}}}}
            .dump());
}

void SimClient::speak(std::uint32_t channel) {
    if (!joined_.contains(channel)) return;
    const std::uint64_t number = world_.history.next_number();
    add({.kind = Entry::Kind::speaking, .channel = channel, .number = number});
    say(json{{"event", "client-e"},
             {"channel", channel_name(channel)},
             {"data", fmt::format("{{\"n\":{},\"by\":{}}}", number, number_)}}
            .dump());
}

void SimClient::lose(std::string_view why) {
    if (is_over_) return;
    is_over_ = true;
    add({.kind = Entry::Kind::closed, .text = std::string(why)});
}

void SimClient::send(OutboundMessage& outbound) {
    if (is_over_) return;
    using Kind = Entry::Kind;
    const json message = json::parse(outbound.text());
    const std::string& event = message.at("event").get_ref<const std::string&>();
    const json data = data_of(message);
    std::uint32_t channel = none;
    if (message.contains("channel"))
        channel = channel_number(message.at("channel").get<std::string>());
    if (event == "e") {
        add({.kind = Kind::got, .channel = channel, .number = data.at("n")});
    } else if (event == "client-e") {
        add({.kind = Kind::heard,
             .channel = channel,
             .user = data.at("by"),
             .number = data.at("n")});
    } else if (event == "pusher_internal:subscription_succeeded") {
        Entry entry{.kind = Kind::joined, .channel = channel, .user = user_};
        if (data.contains("presence")) entry.users = users_of(data.at("presence").at("ids"));
        joined_.insert(channel);
        add(std::move(entry));
    } else if (event == "pusher_internal:member_added" ||
               event == "pusher_internal:member_removed") {
        const bool is_added = event.ends_with("added");
        add({.kind = is_added ? Kind::member_added : Kind::member_removed,
             .channel = channel,
             .user = user_number(data.at("user_id").get<std::string>())});
    } else if (event == "pusher_internal:subscription_count") {
        add({.kind = Kind::counted, .channel = channel, .number = data.at("subscription_count")});
    } else if (event == "pusher:cache_miss") {
        add({.kind = Kind::missed, .channel = channel});
    } else if (event == "pusher:signin_success") {
        add({.kind = Kind::signed_in, .user = user_});
    } else if (event == "pusher_internal:watchlist_events") {
        for (const json& change : data.at("events")) {
            add({.kind = change.at("name") == "online" ? Kind::online : Kind::offline,
                 .users = users_of(change.at("user_ids"))});
        }
    } else if (event != "pusher:connection_established") {
        add({.kind = Kind::fail, .channel = channel, .text = message.dump()});
    }
}

void SimClient::end(const Error& why) {
    lose(why.what);
}

}  // namespace carillon::sim
