#include "plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "random.hpp"

namespace carillon::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Kind = Step::Kind;

constexpr std::array<std::string_view, 29> step_names = {
    "open",          "close",          "subscribe",   "unsubscribe", "resubscribe", "sign in",
    "publish",       "speak",          "terminate",   "burst",       "ask",         "guest",
    "kill",          "stop",           "freeze",      "cut",         "drop",        "stall",
    "lose",          "node clock",     "slow",        "redis pause", "redis data",  "redis older",
    "redis nothing", "redis failover", "redis flush", "redis full",  "redis clock"};

double as_seconds(Duration time) {
    return std::chrono::duration<double>(time).count();
}

/// Adds what clients and backends do: in each minute some 100 joins and as many leaves, 200 events.
class Workload {
public:
    Workload(Plan& plan, Random random) : plan_(plan), random_(std::move(random)) {}

    void add() {
        // At the beginning half of the clients are there.
        for (std::uint32_t client = 0; client < plan_.clients / 2; ++client) {
            add_open(Duration(seconds(2)), client);
        }
        const auto count = static_cast<std::size_t>(as_seconds(plan_.lasts) * 10);
        for (std::size_t i = 0; i < count; ++i) {
            const Duration at = random_.between(seconds(2), plan_.lasts);
            const std::uint32_t what = random_.below(100);
            if (what < 10) {
                add_open(at, random_.below(plan_.clients));
            } else if (what < 16) {
                push({.at = at, .kind = Kind::close, .client = client()});
            } else if (what < 26) {
                push({.at = at, .kind = Kind::subscribe, .client = client(), .channel = channel()});
            } else if (what < 32) {
                push({.at = at,
                      .kind = Kind::unsubscribe,
                      .client = client(),
                      .channel = channel()});
            } else if (what < 33) {
                push({.at = at,
                      .kind = Kind::resubscribe,
                      .client = client(),
                      .channel = channel()});
            } else if (what < 36) {
                push({.at = at, .kind = Kind::sign_in, .client = client(), .amount = watchlist()});
            } else if (what < 67) {
                push({.at = at, .kind = Kind::publish, .node = node(), .channel = any_channel()});
            } else if (what < 72) {
                push({.at = at, .kind = Kind::speak, .client = client(), .channel = channel()});
            } else if (what < 73) {
                push({.at = at, .kind = Kind::terminate, .node = node(), .user = user()});
            } else if (what < 77) {
                push({.at = at, .kind = Kind::ask, .node = node(), .channel = channel()});
            } else if (what < 79) {
                push({.at = at,
                      .kind = Kind::guest,
                      .node = node(),
                      .lasts = random_.between(milliseconds(50), seconds(20))});
            } else if (what < 81) {
                add_rush(at);
            }
        }
        // Beyond what a small ring holds.
        for (Duration at = seconds(5); at < plan_.lasts; at += seconds(20)) {
            if (!random_.chance(0.5)) continue;
            push({.at = at,
                  .kind = Kind::burst,
                  .node = node(),
                  .channel = channel(),
                  .amount = 10 + random_.below(40)});
        }
    }

private:
    std::uint32_t client() { return random_.below(plan_.clients); }
    std::uint32_t node() { return random_.below(plan_.nodes); }
    std::uint32_t user() { return random_.below(users_count); }
    std::uint32_t channel() { return random_.below(busy_channels_count); }
    std::uint32_t any_channel() {
        return random_.chance(0.2) ? random_.below(channels_count) : channel();
    }
    std::int64_t watchlist() { return static_cast<std::int64_t>(random_.below(1U << users_count)); }
    void push(const Step& step) { plan_.steps.push_back(step); }

    /// Many want something of one channel in the same moment.
    void add_rush(Duration at) {
        const std::uint32_t where = channel();
        for (std::uint32_t i = 3 + random_.below(6); i > 0; --i) {
            at += random_.between(milliseconds(0), milliseconds(15));
            const std::uint32_t what = random_.below(5);
            if (what == 0) {
                push({.at = at, .kind = Kind::unsubscribe, .client = client(), .channel = where});
            } else if (what < 3) {
                push({.at = at, .kind = Kind::subscribe, .client = client(), .channel = where});
            } else if (what == 3) {
                push({.at = at, .kind = Kind::publish, .node = node(), .channel = where});
            } else {
                push({.at = at, .kind = Kind::close, .client = client()});
            }
        }
    }

    /// A connection with a few channels.
    void add_open(Duration before, std::uint32_t client) {
        Duration at = before > seconds(2) ? before : random_.between(milliseconds(0), before);
        push({.at = at, .kind = Kind::open, .node = node(), .client = client, .user = user()});
        if (random_.chance(0.4)) {
            push({.at = at += milliseconds(1),
                  .kind = Kind::sign_in,
                  .client = client,
                  .amount = random_.chance(0.7) ? watchlist() : 0});
        }
        for (std::uint32_t i = 1 + random_.below(3); i > 0; --i) {
            at += random_.between(milliseconds(0), milliseconds(30));
            push({.at = at, .kind = Kind::subscribe, .client = client, .channel = channel()});
        }
    }

    Plan& plan_;
    Random random_;
};

/// Adds faults, at most so many at once.
class Faults {
public:
    Faults(Plan& plan, const PlanOptions& options, Random random)
        : plan_(plan), options_(options), random_(std::move(random)) {}

    void add() {
        // Some lives have few faults, so that much of them is judged as if nothing was wrong.
        const bool has_few = random_.chance(0.3);
        const std::uint32_t most =
            has_few ? std::min(1U, options_.faults_at_once) : options_.faults_at_once;
        if (most == 0) return;
        std::vector<Duration> free(1 + random_.below(most), seconds(5));
        for (;;) {
            auto& next = *std::ranges::min_element(free);
            next += has_few               ? random_.between(seconds(20), seconds(60))
                    : random_.chance(0.2) ? random_.between(milliseconds(0), seconds(2))
                                          : random_.between(milliseconds(100), seconds(45));
            if (next >= plan_.lasts) return;
            const Step step = fault(next);
            plan_.steps.push_back(step);
            add_companions(step);
            next += step.lasts;
        }
    }

private:
    /// What is seldom alone: a fault shows only with it.
    void add_companions(const Step& step) {
        if (step.kind == Kind::redis_full) {
            for (int i = 0; i < 3; ++i) {
                plan_.steps.push_back({.at = step.at + random_.between(Duration{}, step.lasts),
                                       .kind = Kind::burst,
                                       .node = random_.below(plan_.nodes),
                                       .channel = random_.below(busy_channels_count),
                                       .amount = 5 + random_.below(20)});
            }
        }
        // Whoever looks after a node that has lost Redis starts it anew.
        if (step.kind == Kind::redis_nothing && random_.chance(0.5)) {
            Step kill{.at = step.at, .kind = Kind::kill, .node = random_.below(plan_.nodes)};
            kill.lasts = step.lasts + random_.between(Duration{}, milliseconds(50));
            plan_.steps.push_back(kill);
        }
    }

    Kind kind() {
        if (!options_.faults.empty()) return options_.faults[random_.below(options_.faults.size())];
        const auto first = static_cast<std::uint32_t>(Kind::kill);
        const auto last = static_cast<std::uint32_t>(Kind::redis_clock);
        return static_cast<Kind>(first + random_.below(last - first + 1));
    }

    Step fault(Duration at) {
        Step step{.at = at, .kind = kind(), .node = random_.below(plan_.nodes)};
        const Duration lease = seconds(plan_.lease_seconds);
        switch (step.kind) {
            case Kind::kill:
            case Kind::stop:
                step.lasts = random_.between(milliseconds(10), 2 * lease);
                break;
            case Kind::slow:
                step.amount = 20 + random_.below(600);
                step.lasts = random_.between(seconds(1), seconds(20));
                break;
            case Kind::drop:
            case Kind::redis_flush:
                break;
            case Kind::lose:
                step.amount = random_.chance(0.5) ? 10 : 60;
                step.lasts = random_.between(milliseconds(500), seconds(10));
                break;
            case Kind::node_clock:
                step.amount = 100 + random_.below(random_.chance(0.5) ? 3'000 : 100'000);
                break;
            case Kind::redis_full:
                step.amount = random_.chance(0.5) ? 0 : 1 + random_.below(50);
                step.lasts = random_.between(milliseconds(10), 2 * lease);
                break;
            case Kind::redis_clock:
                step.amount = static_cast<std::int64_t>(random_.below(120'000)) - 60'000;
                break;
            case Kind::redis_failover:
                step.amount = random_.below(1500);
                break;
            case Kind::redis_older:
                step.amount = 100 + random_.below(20'000);
                [[fallthrough]];
            default:
                // Shorter than the time-out, longer than the lease, or longer than a ring lasts.
                step.lasts = random_.chance(0.45)   ? random_.between(milliseconds(10), seconds(2))
                             : random_.chance(0.95) ? random_.between(seconds(1), 2 * lease)
                                                    : random_.between(seconds(61), seconds(90));
        }
        step.lasts = std::min(step.lasts, plan_.lasts - at);
        return step;
    }

    Plan& plan_;
    const PlanOptions& options_;
    Random random_;
};

/// So that what Redis keeps for ten minutes or an hour expires in some lives.
void add_idle_time(Plan& plan) {
    if (plan.seed % 16 != 7) return;
    plan.idle = plan.seed % 128 == 7 ? minutes(61) : minutes(11);
    const Duration from = plan.lasts / 2;
    for (Step& step : plan.steps) {
        if (step.at > from) step.at += plan.idle;
    }
    plan.lasts += plan.idle;
}

}  // namespace

std::string channel_name(std::uint32_t channel) {
    if (channel < channel_names.size()) return std::string(channel_names[channel]);
    return "#server-to-user-" +
           user_name(channel - static_cast<std::uint32_t>(channel_names.size()));
}

bool is_cache(std::uint32_t channel) {
    return channel < channel_names.size() &&
           channel_names[channel].find("cache-") != std::string_view::npos;
}

std::uint32_t channel_number(std::string_view name) {
    for (std::uint32_t i = 0; i < channels_count; ++i) {
        if (channel_name(i) == name) return i;
    }
    return none;
}

std::uint32_t user_number(std::string_view name) {
    for (std::uint32_t i = 0; i < users_count; ++i) {
        if (user_name(i) == name) return i;
    }
    return none;
}

std::string_view name_of(Step::Kind kind) noexcept {
    return step_names[static_cast<std::size_t>(kind)];
}

std::string Step::text() const {
    std::string text = fmt::format("{:9.3f} {}", as_seconds(at), name_of(kind));
    const bool has_client = kind <= Kind::sign_in || kind == Kind::speak;
    if (has_client) text += fmt::format(" client {}", client);
    if (kind == Kind::open ||
        (kind >= Kind::publish && kind <= Kind::slow && kind != Kind::speak)) {
        text += fmt::format(" node {}", node);
    }
    if (kind == Kind::open || kind == Kind::terminate) text += " " + user_name(user);
    if ((kind >= Kind::subscribe && kind <= Kind::resubscribe) || kind == Kind::publish ||
        kind == Kind::speak || kind == Kind::burst || kind == Kind::ask) {
        text += " " + channel_name(channel);
    }
    if (amount != 0) text += fmt::format(" amount {}", amount);
    if (lasts != Duration{}) text += fmt::format(" for {:.3f} s", as_seconds(lasts));
    return text;
}

std::string Plan::text() const {
    std::string text = fmt::format(
        "seed {}: {:.0f} s, {} nodes of {} shards, up to {} ms from Redis, {} partitions, lease {} "
        "s, "
        "timeout {} ms, ring {} bytes, grace {} s, last events for {} s, {} counts at once, {} "
        "steps\n",
        seed, as_seconds(lasts), nodes, shards, fmt::join(delays, " "), partitions, lease_seconds,
        timeout_ms, ring_bytes, grace_seconds, cache_ttl_seconds, counts_at_once, steps.size());
    for (const Step& step : steps) text += step.text() + "\n";
    return text;
}

Plan make_plan(std::uint64_t seed, const PlanOptions& options) {
    Random random(seed, "plan");
    Plan plan;
    plan.seed = seed;
    plan.nodes = static_cast<std::uint16_t>(3 + (random.chance(0.3) ? random.below(3) : 0));
    plan.shards = static_cast<std::uint16_t>(1 + random.below(2));
    plan.lease_seconds = 2 + random.below(6);
    plan.timeout_ms = random.chance(0.5) ? 2000 : 500 + random.below(1500);
    plan.ring_bytes = random.chance(0.3) ? 4096 : 1U << 20U;
    plan.grace_seconds = random.chance(0.5) ? 0 : 1 + random.below(3);
    const std::uint32_t some = random.chance(0.8) ? 1 + random.below(2) : 1 + random.below(15);
    plan.cache_ttl_seconds = random.chance(0.5) ? 1800 : 60;
    plan.counts_at_once = random.chance(0.5) ? 100 : 5;
    const bool is_far = random.chance(0.5);
    for (std::uint16_t i = 0; i < plan.nodes; ++i)
        plan.delays.push_back(is_far ? 2 + random.below(80) : 2);
    if (seed % 256 == 0) plan.partitions = 256;
    plan.lasts = minutes(options.minutes > 0 ? options.minutes : some);
    Workload(plan, Random(seed, "workload")).add();
    Faults(plan, options, Random(seed, "faults")).add();
    std::ranges::stable_sort(plan.steps, {}, &Step::at);
    if (options.minutes == 0) add_idle_time(plan);
    return plan;
}

}  // namespace carillon::sim
