#include "simulation.hpp"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "carillon/base/sip_hash.hpp"

namespace carillon::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Step::Kind;

std::shared_ptr<App> make_app(const Plan& plan, std::string id, std::uint32_t index) {
    auto app = std::make_shared<App>();
    app->id = AppId(std::move(id));
    app->index = static_cast<AppIndex>(index);
    app->credentials.push_back({"key", "secret"});
    app->subscription_count = true;
    app->limits.max_client_events_per_second = 0;
    app->limits.cache_ttl_seconds = plan.cache_ttl_seconds;
    app->webhook_grace = seconds(plan.grace_seconds);
    for (const WebhookKind kind :
         {WebhookKind::channel_occupied, WebhookKind::channel_vacated, WebhookKind::member_added,
          WebhookKind::member_removed, WebhookKind::cache_miss, WebhookKind::subscription_count,
          WebhookKind::user_online, WebhookKind::user_offline}) {
        app->webhook_kinds.add(kind);
    }
    return app;
}

std::vector<std::shared_ptr<const App>> make_apps(const Plan& plan) {
    auto limited = make_app(plan, "few", 1);
    limited->limits.max_connections = guests_max;
    return {make_app(plan, "sim", 0), limited};
}

/// Of the event that such a message is.
std::uint64_t event_number(const std::string& message) {
    const auto event = nlohmann::json::parse(message);
    return nlohmann::json::parse(event.at("data").get<std::string>()).at("n");
}

bool allows_client_events(std::uint32_t channel) {
    const std::string name = channel_name(channel);
    return name.starts_with("private-") || name.starts_with("presence-");
}

std::uint64_t seeded_hash_key(std::uint64_t seed) {
    set_process_hash_key({seed, ~seed});
    return seed;
}

}  // namespace

Simulation::Simulation(const Plan& plan)
    : plan_(plan),
      random_(seeded_hash_key(plan.seed), "simulation"),
      begin_(time_.now()),
      redis_(time_, plan.seed),
      world_{plan_, time_, redis_, history_, make_apps(plan)} {
    for (std::uint32_t i = 0; i < plan_.nodes; ++i) {
        places_.emplace_back().path =
            std::make_unique<RedisPath>(redis_, Random(plan_.seed, fmt::format("path {}", i)));
        restore_delay(i);
    }
}

Simulation::~Simulation() {
    is_over_ = true;
    for (std::uint32_t i = 0; i < plan_.nodes; ++i) end_node(i);
    time_.clear();
}

void Simulation::run() {
    for (std::uint32_t i = 0; i < plan_.nodes; ++i) start_node(i);
    for (const Step& step : plan_.steps) {
        time_.at(begin_ + step.at, [this, &step] { carry_out(step); });
        if (step.kind == Kind::redis_older || step.kind == Kind::redis_failover) {
            // What the replica has, or the file, is what there was some time before.
            const Duration before = std::max(Duration{}, step.at - milliseconds(step.amount));
            time_.at(begin_ + before, [this] { older_data_ = redis_.twin().saved(); });
        }
    }
    time_.run_until(begin_ + plan_.lasts);
    come_to_rest();
}

void Simulation::add(Entry entry) {
    entry.at = time_.now();
    history_.add(std::move(entry));
}

void Simulation::carry_out(const Step& step) {
    reap();
    if (step.is_fault()) {
        begin_fault(step);
        if (step.lasts != Duration{}) {
            time_.after(step.lasts, [this, &step] { end_fault(step); });
        } else {
            note_fault(step, false);
        }
        return;
    }
    switch (step.kind) {
        case Kind::open:
            return open(step.client, step.node, any_shard(), step.user);
        case Kind::close:
            return close(step.client);
        case Kind::subscribe:
            return subscribe(step.client, step.channel);
        case Kind::unsubscribe:
            return unsubscribe(step.client, step.channel);
        case Kind::resubscribe:
            if (!held_[step.client].contains(step.channel)) return;
            unsubscribe(step.client, step.channel);
            return subscribe(step.client, step.channel);
        case Kind::sign_in:
            return sign_in(step.client, step.amount);
        case Kind::publish:
            return publish(step.node, step.channel);
        case Kind::burst:
            return burst(step.node, step.channel, step.amount);
        case Kind::speak:
            if (!allows_client_events(step.channel)) return;
            return with_client(step.client, [&](SimClient& client) { client.speak(step.channel); });
        case Kind::terminate:
            return terminate(step.node, step.user);
        case Kind::ask:
            ask_for_all(step.node);
            return ask(step.node, step.channel);
        case Kind::guest:
            return begin_guest(step.node, step.lasts);
        default:
            return;
    }
}

// Clients and backends.

SimNode* Simulation::usable(std::uint32_t node) {
    SimNode* const found = places_[node].node.get();
    return found != nullptr && found->is_ready() ? found : nullptr;
}

/// Connections that the server has closed.
void Simulation::reap() {
    std::erase_if(clients_, [this](const auto& entry) {
        const auto& [place, client] = entry;
        if (!client->is_over()) return false;
        held_.erase(place);
        if (SimNode* const node = usable(client->node())) {
            node->channels(client->shard()).edge_channels().retire(client->take_connection());
        }
        return true;
    });
}

void Simulation::open(std::uint32_t client, std::uint32_t node, std::uint16_t shard,
                      std::uint32_t user) {
    SimNode* const at = usable(node);
    if (at == nullptr || at->is_frozen() || clients_.contains(client)) return;
    at->enter(shard, [&] {
        clients_[client] = std::make_shared<SimClient>(world_, *at, shard, ++connections_, user);
    });
}

void Simulation::with_client(std::uint32_t client, const std::function<void(SimClient&)>& work) {
    const auto found = clients_.find(client);
    if (found == clients_.end() || found->second->is_over()) return;
    SimNode* const node = usable(found->second->node());
    if (node == nullptr) return;
    node->enter(found->second->shard(), [client = found->second, work] {
        if (!client->is_over()) work(*client);
    });
}

void Simulation::close(std::uint32_t client) {
    const auto found = clients_.find(client);
    if (found == clients_.end() || found->second->is_over()) return;
    const std::shared_ptr<SimClient> closed = found->second;
    clients_.erase(found);
    held_.erase(client);
    closed->go();
    SimNode* const node = usable(closed->node());
    if (node == nullptr) return;
    node->enter(closed->shard(), [closed, node] {
        auto connection = closed->take_connection();
        connection->leave();
        node->channels(closed->shard()).edge_channels().retire(std::move(connection));
    });
}

void Simulation::subscribe(std::uint32_t client, std::uint32_t channel) {
    with_client(client, [this, client, channel](SimClient& found) {
        if (held_[client].insert(channel).second) found.subscribe(channel);
    });
}

void Simulation::unsubscribe(std::uint32_t client, std::uint32_t channel) {
    with_client(client, [this, client, channel](SimClient& found) {
        if (held_[client].erase(channel) > 0) found.unsubscribe(channel);
    });
}

void Simulation::sign_in(std::uint32_t client, std::int64_t watchlist) {
    with_client(client, [this, client, watchlist](SimClient& found) {
        found.sign_in(watchlist);
        const auto channel = static_cast<std::uint32_t>(channel_names.size()) + found.user();
        if (held_[client].insert(channel).second) found.subscribe(channel);
    });
}

void Simulation::burst(std::uint32_t node, std::uint32_t channel, std::int64_t events) {
    const std::uint16_t shard = any_shard();
    for (std::int64_t i = 0; i < events; ++i) publish(node, channel, 200, shard);
}

void Simulation::publish(std::uint32_t node, std::uint32_t channel, std::size_t padding,
                         std::uint16_t shard) {
    SimNode* const at = usable(node);
    if (at == nullptr) return;
    const std::uint64_t number = history_.next_number();
    add({.kind = Entry::Kind::publishing, .node = node, .channel = channel, .number = number});
    at->enter(shard, [=, this] {
        const std::string name = channel_name(channel);
        std::string text =
            fmt::format(R"({{"event":"e","channel":"{}","data":"{{\"n\":{},\"p\":\"{:x>{}}\"}}"}})",
                        name, number, "", padding);
        std::vector<PublishRequest> requests;
        requests.push_back({*ChannelName::parse(name, {}), std::move(text), {}});
        const bool is_taken =
            at->channels(shard).publish(*world_.apps[0], std::move(requests), [=, this] {
                if (is_over_) return;
                add({.kind = Entry::Kind::accepted, .node = node, .number = number});
            });
        if (!is_taken) add({.kind = Entry::Kind::refused, .node = node, .number = number});
    });
}

void Simulation::terminate(std::uint32_t node, std::uint32_t user) {
    SimNode* const at = usable(node);
    if (at == nullptr) return;
    const std::uint16_t shard = any_shard();
    at->enter(shard, [=, this] {
        add({.kind = Entry::Kind::terminating, .node = node, .user = user});
        at->channels(shard).terminate_user(*world_.apps[0], user_name(user));
    });
}

void Simulation::ask(std::uint32_t node, std::uint32_t channel) {
    SimNode* const at = usable(node);
    if (at == nullptr) return;
    const std::uint16_t shard = any_shard();
    at->enter(shard, [=, this] {
        const ChannelName name = *ChannelName::parse(channel_name(channel), {});
        ChannelQueries& queries = at->channels(shard).queries();
        const TimePoint asked = time_.now();
        const auto answered = [=, this](std::string what, std::uint32_t of, std::uint64_t number,
                                        std::vector<std::uint32_t> users = {}) {
            if (is_over_) return;
            add({.kind = Entry::Kind::answered,
                 .node = node,
                 .channel = of,
                 .number = number,
                 .users = std::move(users),
                 .since = asked,
                 .text = std::move(what)});
        };
        const auto tell = [=](const std::vector<ChannelSummary>& summaries) {
            const ChannelSummary& found = summaries.front();
            answered("subscriptions", channel, found.subscriptions);
            if (found.presence) answered("members", channel, found.users);
            if (is_cache(channel))
                answered("last event", channel,
                         found.cached ? event_number(found.cached->text) : 0);
        };
        queries.summarize(*world_.apps[0], {name}, tell, true);
        if (!is_presence(channel)) return;
        const auto tell_users = [=](const std::vector<PresenceData>& members) {
            std::vector<std::uint32_t> users;
            for (const PresenceData& member : members) users.push_back(user_number(member.user_id));
            answered("users", channel, 0, std::move(users));
        };
        queries.users(*world_.apps[0], name, false, tell_users);
    });
}

/// Which channels are occupied.
void Simulation::ask_for_all(std::uint32_t node) {
    SimNode* const at = usable(node);
    if (at == nullptr) return;
    const std::uint16_t shard = any_shard();
    at->enter(shard, [=, this] {
        const TimePoint asked = time_.now();
        at->channels(shard).queries().list(
            *world_.apps[0], "", [=, this](const std::vector<ChannelSummary>& listed) {
                if (is_over_) return;
                std::map<std::uint32_t, std::uint64_t> counts;
                for (const ChannelSummary& channel : listed)
                    counts[channel_number(channel.name)] = channel.subscriptions;
                for (std::uint32_t channel = 0; channel < channel_names.size(); ++channel) {
                    add({.kind = Entry::Kind::answered,
                         .node = node,
                         .channel = channel,
                         .number = counts[channel],
                         .since = asked,
                         .text = "listed"});
                }
            });
    });
}

void Simulation::begin_guest(std::uint32_t node, Duration lasts) {
    SimNode* const at = usable(node);
    if (at == nullptr) return;
    const std::uint16_t shard = any_shard();
    const std::uint32_t number = ++guests_;
    at->enter(shard, [=, this] {
        QuotaClient& quota = at->channels(shard).quota();
        const Guest guest{node, places_[node].processes, shard, quota.new_ticket()};
        auto is_admitted = std::make_shared<bool>(false);
        quota.request(*world_.apps[1], guest.ticket, [=, this](bool admitted) {
            if (is_over_) return;
            *is_admitted = admitted;
            add({.kind = Entry::Kind::admitted,
                 .node = node,
                 .client = number,
                 .number = admitted ? 1U : 0U});
            if (!admitted) return;
            time_.after(lasts, [=, this] {
                add({.kind = Entry::Kind::admitted,
                     .node = node,
                     .client = number,
                     .text = "ends"});
                end_guest(guest);
            });
        });
    });
}

void Simulation::end_guest(const Guest& guest) {
    SimNode* const at = usable(guest.node);
    if (at == nullptr || places_[guest.node].processes != guest.process) return;
    at->enter(guest.shard, [at, guest, this] {
        at->channels(guest.shard).quota().release(*world_.apps[1], guest.ticket);
    });
}

// Nodes.

void Simulation::start_node(std::uint32_t node) {
    Place& place = places_[node];
    if (place.node || is_over_) return;
    add({.kind = Entry::Kind::began, .node = node, .number = ++place.processes});
    const std::uint32_t process = place.processes;
    // One that loses Redis before it is ready ends, and is started again by whoever looks after it.
    const auto failed = [this, node, process] {
        time_.after(milliseconds(500), [this, node, process] {
            Place& failing = places_[node];
            if (failing.processes != process || !failing.node || failing.node->is_ready()) return;
            end_node(node);
            start_node(node);
        });
    };
    place.node = std::make_unique<SimNode>(world_, *place.path, node, process, failed);
    place.node->start();
}

/// The process is gone, and with it all that it had.
void Simulation::end_node(std::uint32_t node) {
    Place& place = places_[node];
    if (!place.node) return;
    if (!is_over_) add({.kind = Entry::Kind::ended, .node = node, .number = place.processes});
    place.node->die();
    std::erase_if(clients_, [this, node](const auto& entry) {
        if (entry.second->node() != node) return false;
        if (!is_over_) entry.second->lose("the process is gone");
        held_.erase(entry.first);
        (void)entry.second->take_connection();
        return true;
    });
    place.node.reset();
}

void Simulation::kill_node(std::uint32_t node) {
    end_node(node);
}

void Simulation::stop_node(std::uint32_t node, Duration down) {
    SimNode* const at = usable(node);
    if (at == nullptr || at->is_frozen()) return;
    std::vector<std::uint32_t> places;
    for (const auto& [place, client] : clients_) {
        if (client->node() == node) places.push_back(place);
    }
    for (const std::uint32_t place : places) close(place);
    const std::uint32_t process = places_[node].processes;
    const auto end = [this, node, process] {
        if (places_[node].processes == process) end_node(node);
    };
    at->leave([this, end] { time_.after(Duration{}, end); });
    // As long as the shutdown's grace.
    time_.after(std::min<Duration>(down, seconds(5)), end);
}

// Faults.

void Simulation::note_fault(const Step& step, bool begins) {
    Entry entry{.kind = begins ? Entry::Kind::fault_began : Entry::Kind::fault_ended,
                .text = std::string(name_of(step.kind))};
    if (step.kind <= Kind::slow) entry.node = step.node;
    if (step.amount != 0) entry.text += fmt::format(" {}", step.amount);
    add(std::move(entry));
}

void Simulation::begin_fault(const Step& step) {
    note_fault(step, true);
    Place& place = places_[step.node];
    ++place.faults[step.kind];
    switch (step.kind) {
        case Kind::kill:
            return kill_node(step.node);
        case Kind::stop:
            return stop_node(step.node, step.lasts);
        case Kind::freeze:
            if (place.node) place.node->freeze();
            return;
        case Kind::cut:
            return place.path->cut();
        case Kind::drop:
            return place.path->drop();
        case Kind::stall:
            return place.path->stall();
        case Kind::lose:
            place.path->loss = static_cast<double>(step.amount) / 100;
            return;
        case Kind::node_clock:
            if (place.node) place.node->step_clock(milliseconds(step.amount));
            return;
        case Kind::slow:
            return place.path->set_delay(milliseconds(1), milliseconds(step.amount));
        case Kind::redis_pause:
            ++redis_pauses_;
            return redis_.pause();
        case Kind::redis_data:
        case Kind::redis_older:
        case Kind::redis_nothing:
            ++redis_outages_;
            // Whoever comes first decides what is left.
            if (redis_.is_up()) {
                if (step.kind == Kind::redis_data) older_data_ = redis_.twin().saved();
                if (step.kind == Kind::redis_nothing) older_data_ = {};
            }
            return redis_.stop();
        case Kind::redis_failover:
            if (!redis_.is_up()) return;
            redis_.stop();
            return restart_redis(older_data_);
        case Kind::redis_flush:
            if (redis_.is_up()) redis_.twin().flush_all();
            return;
        case Kind::redis_full:
            ++redis_full_;
            redis_.twin().set_memory_full(true);
            if (step.amount > 0) fill_and_empty(milliseconds(step.amount), false);
            return;
        case Kind::redis_clock:
            return redis_.step_clock(step.amount * 1000);
        default:
            return;
    }
}

void Simulation::end_fault(const Step& step) {
    note_fault(step, false);
    Place& place = places_[step.node];
    const bool is_last = --place.faults[step.kind] == 0;
    switch (step.kind) {
        case Kind::kill:
        case Kind::stop:
            return start_node(step.node);
        case Kind::freeze:
            if (is_last && place.node) place.node->thaw();
            return;
        case Kind::cut:
        case Kind::stall:
            if (place.faults[Kind::cut] == 0 && place.faults[Kind::stall] == 0) place.path->heal();
            return;
        case Kind::lose:
            if (is_last) place.path->loss = 0;
            return;
        case Kind::slow:
            if (is_last) restore_delay(step.node);
            return;
        case Kind::redis_pause:
            if (--redis_pauses_ == 0) redis_.resume();
            return;
        case Kind::redis_data:
        case Kind::redis_older:
        case Kind::redis_nothing:
            if (--redis_outages_ == 0) restart_redis(std::move(older_data_));
            return;
        case Kind::redis_full:
            if (--redis_full_ == 0) redis_.twin().set_memory_full(false);
            return;
        default:
            return;
    }
}

/// Its memory is at the limit: now there is some, now there is none.
void Simulation::fill_and_empty(Duration period, bool is_full) {
    time_.after(period, [this, period, is_full] {
        if (is_over_ || redis_full_ == 0) return;
        redis_.twin().set_memory_full(is_full);
        fill_and_empty(period, !is_full);
    });
}

void Simulation::restore_delay(std::uint32_t node) {
    places_[node].path->set_delay(std::chrono::microseconds(50), milliseconds(plan_.delays[node]));
}

void Simulation::restart_redis(Keyspace data) {
    redis_.start(std::move(data));
    if (redis_pauses_ > 0) redis_.pause();
    if (redis_full_ > 0) redis_.twin().set_memory_full(true);
}

// The end.

void Simulation::come_to_rest() {
    // Whatever lasted until the end of the plan ends in this moment.
    time_.run_until(time_.now() + milliseconds(1));
    add({.kind = Entry::Kind::quiet});
    const Duration lease = seconds(plan_.lease_seconds);
    // Two leases, the sweep of all topics, what is deferred.
    time_.run_until(time_.now() + 2 * lease + seconds(25) + seconds(plan_.grace_seconds));
    reap();
    add({.kind = Entry::Kind::note, .text = "rest"});
    for (std::uint32_t i = 0; i < plan_.nodes; ++i) {
        const SimNode* const node = usable(i);
        if (node != nullptr && node->is_well()) continue;
        add({.kind = Entry::Kind::fail, .node = i, .text = "is not back"});
    }
    ask_everything();
    publish(0, last_archive);
    time_.run_until(time_.now() + seconds(2));
    join_everywhere(1000);
    time_.run_until(time_.now() + seconds(2));
    for (std::uint32_t channel = 0; channel < channels_count; ++channel) {
        publish(channel % plan_.nodes, channel);
    }
    time_.run_until(time_.now() + seconds(2));
    join_everywhere(2000);
    for (std::uint32_t i = 0; i <= guests_max; ++i) begin_guest(i % plan_.nodes, seconds(1));
    time_.run_until(time_.now() + seconds(5));
    ask_everything();
    time_.run_until(time_.now() + seconds(2) + seconds(plan_.grace_seconds));
    reap();
    add({.kind = Entry::Kind::note, .text = "end"});
}

void Simulation::ask_everything() {
    for (std::uint32_t node = 0; node < plan_.nodes; ++node) {
        for (std::uint32_t channel = 0; channel < channels_count; ++channel) ask(node, channel);
        ask_for_all(node);
    }
}

/// A new client on each node, with all channels.
void Simulation::join_everywhere(std::uint32_t first_client) {
    for (std::uint32_t node = 0; node < plan_.nodes; ++node) {
        const std::uint32_t client = first_client + node;
        open(client, node, any_shard(), node % users_count);
        sign_in(client, (1 << users_count) - 1);
        for (std::uint32_t channel = 0; channel < channel_names.size(); ++channel) {
            subscribe(client, channel);
        }
    }
}

}  // namespace carillon::sim
