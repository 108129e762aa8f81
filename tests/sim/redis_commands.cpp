#include "redis_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "carillon/base/hash.hpp"

namespace carillon::sim {
namespace {

template <class Number>
std::optional<Number> parsed(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::int64_t integer(std::string_view text) {
    const auto number = parsed<std::int64_t>(text);
    if (!number) throw CommandError{"ERR value is not an integer or out of range"};
    return *number;
}

struct Bound {
    double score;
    bool is_excluded;
};

Bound bound(std::string_view text) {
    const bool is_excluded = text.starts_with('(');
    if (is_excluded) text.remove_prefix(1);
    if (text == "-inf") return {-std::numeric_limits<double>::infinity(), is_excluded};
    if (text == "+inf") return {std::numeric_limits<double>::infinity(), is_excluded};
    const auto number = parsed<double>(text);
    if (!number) throw CommandError{"ERR min or max is not a float"};
    return {*number, is_excluded};
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return result;
}

/// What `first` and `last`, from the end if negative, select of so many: as [from, to).
std::pair<std::size_t, std::size_t> slice(std::int64_t first, std::int64_t last, std::size_t size) {
    const auto count = static_cast<std::int64_t>(size);
    if (first < 0) first = std::max<std::int64_t>(0, first + count);
    if (last < 0) last += count;
    last = std::min(last, count - 1);
    if (first > last) return {0, 0};
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(last) + 1};
}

Resp size_of(std::size_t size) {
    return Resp::number(static_cast<std::int64_t>(size));
}

CommandError syntax_error() {
    return {"ERR syntax error"};
}

CommandError wrong_arity(std::string_view name) {
    return {fmt::format("ERR wrong number of arguments for '{}' command", name)};
}

}  // namespace

RedisCommands::RedisCommands(std::uint64_t seed, Clock clock, Publish publish)
    : seed_(seed), clock_(std::move(clock)), publish_(std::move(publish)), random_(seed) {}

const std::vector<RedisCommands::Command>& RedisCommands::table() {
    using C = RedisCommands;
    // Name, words, writes, needs memory: as `COMMAND INFO` has them.
    static const std::vector<Command> table = {
        {"DEL", -2, true, false, &C::del},
        {"DUMP", 2, false, false, &C::dump},
        {"EXISTS", -2, false, false, &C::exists},
        {"FLUSHALL", -1, true, false, &C::flushall},
        {"GET", 2, false, false, &C::get},
        {"HDEL", -3, true, false, &C::hdel},
        {"HEXISTS", 3, false, false, &C::hexists},
        {"HGET", 3, false, false, &C::hget},
        {"HGETALL", 2, false, false, &C::hgetall},
        {"HINCRBY", 4, true, true, &C::hincrby},
        {"HKEYS", 2, false, false, &C::hkeys},
        {"HLEN", 2, false, false, &C::hlen},
        {"HMGET", -3, false, false, &C::hmget},
        {"HRANDFIELD", -2, false, false, &C::hrandfield},
        {"HSET", -4, true, true, &C::hset},
        {"HSETNX", 4, true, true, &C::hsetnx},
        {"HVALS", 2, false, false, &C::hvals},
        {"KEYS", 2, false, false, &C::all_keys},
        {"LINDEX", 3, false, false, &C::lindex},
        {"LLEN", 2, false, false, &C::llen},
        {"LPOP", -2, true, false, &C::lpop},
        {"LRANGE", 4, false, false, &C::lrange},
        {"LSET", 4, true, true, &C::lset},
        {"PEXPIRE", -3, true, false, &C::pexpire},
        {"PTTL", 2, false, false, &C::pttl},
        {"PUBLISH", 3, false, false, &C::publish},
        {"RENAME", 3, true, false, &C::rename},
        {"RPUSH", -3, true, true, &C::rpush},
        {"SET", -3, true, true, &C::set},
        {"STRLEN", 2, false, false, &C::strlen},
        {"TIME", 1, false, false, &C::time},
        {"ZADD", -4, true, true, &C::zadd},
        {"ZCARD", 2, false, false, &C::zcard},
        {"ZRANGE", -4, false, false, &C::zrange},
        {"ZRANGEBYSCORE", -4, false, false, &C::zrangebyscore},
        {"ZREM", -3, true, false, &C::zrem},
    };
    return table;
}

const RedisCommands::Command* RedisCommands::find(std::string_view name) {
    const std::string wanted = upper(name);
    const auto& all = table();
    const auto found = std::ranges::lower_bound(all, wanted, {}, &Command::name);
    return found == all.end() || found->name != wanted ? nullptr : &*found;
}

bool RedisCommands::fits(const Command& command, Words words) noexcept {
    const auto count = static_cast<int>(words.size());
    return command.arity < 0 ? count >= -command.arity : count == command.arity;
}

Resp RedisCommands::run(const Command& command, Words words) {
    try {
        return (this->*command.run)(words);
    } catch (const CommandError& error) {
        return Resp::error(error.text);
    }
}

// Keys.

Resp RedisCommands::del(Words words) {
    std::int64_t removed = 0;
    for (const std::string_view key : words.subspan(1)) {
        if (keys.contains(key, now_ms()) && keys.remove(key)) ++removed;
    }
    return Resp::number(removed);
}

Resp RedisCommands::exists(Words words) {
    const auto is_there = [&](std::string_view key) { return keys.contains(key, now_ms()); };
    return Resp::number(std::ranges::count_if(words.subspan(1), is_there));
}

Resp RedisCommands::rename(Words words) {
    if (!keys.rename(words[1], words[2], now_ms())) throw CommandError{"ERR no such key"};
    return Resp::status("OK");
}

Resp RedisCommands::pexpire(Words words) {
    const std::int64_t ms = integer(words[2]);
    return Resp::number(keys.expire_at(words[1], now_ms() + ms, now_ms()) ? 1 : 0);
}

Resp RedisCommands::pttl(Words words) {
    return Resp::number(keys.time_to_live(words[1], now_ms()));
}

Resp RedisCommands::dump(Words words) {
    const auto dump = keys.dump(words[1], now_ms());
    return dump ? Resp::bulk(*dump) : Resp::nil();
}

Resp RedisCommands::all_keys(Words words) {
    if (words[1] != "*") throw CommandError{"ERR the twin lists all keys only"};
    std::vector<std::string> all = keys.keys(now_ms());
    std::ranges::shuffle(all, random_);
    Resp reply = Resp::array();
    for (const std::string& key : all) reply.items.push_back(Resp::bulk(key));
    return reply;
}

Resp RedisCommands::flushall(Words) {
    keys.clear();
    return Resp::status("OK");
}

Resp RedisCommands::time(Words) {
    const std::int64_t now = clock_();
    return Resp::array(
        {Resp::bulk(std::to_string(now / 1'000'000)), Resp::bulk(std::to_string(now % 1'000'000))});
}

Resp RedisCommands::publish(Words words) {
    return Resp::number(publish_(words[1], words[2]));
}

// Strings.

Resp RedisCommands::get(Words words) {
    const auto* const text = keys.find<std::string>(words[1], now_ms());
    return text == nullptr ? Resp::nil() : Resp::bulk(*text);
}

Resp RedisCommands::set(Words words) {
    bool only_new = false;
    std::optional<std::int64_t> expires;
    for (std::size_t i = 3; i < words.size(); ++i) {
        const std::string option = upper(words[i]);
        if (option == "NX") {
            only_new = true;
        } else if (option == "PX" && i + 1 < words.size()) {
            const std::int64_t ms = integer(words[++i]);
            if (ms <= 0) throw CommandError{"ERR invalid expire time in 'set' command"};
            expires = now_ms() + ms;
        } else {
            throw syntax_error();
        }
    }
    if (only_new && keys.contains(words[1], now_ms())) return Resp::nil();
    keys.set(words[1], std::string(words[2]), expires);
    return Resp::status("OK");
}

Resp RedisCommands::strlen(Words words) {
    const auto* const text = keys.find<std::string>(words[1], now_ms());
    return size_of(text == nullptr ? 0 : text->size());
}

// Hashes.

RedisHash* RedisCommands::hash(std::string_view key) {
    return keys.find<RedisHash>(key, now_ms());
}

/// In an order that holds for as long as about so many are in it, as if it were a table of Redis'.
std::vector<RedisHash::const_iterator> RedisCommands::fields(const RedisHash& hash) const {
    const std::uint64_t seed = seed_ + static_cast<std::uint64_t>(std::bit_width(hash.size()));
    std::vector<std::pair<std::uint64_t, RedisHash::const_iterator>> order;
    for (auto field = hash.begin(); field != hash.end(); ++field) {
        order.emplace_back(fnv1a(field->first, seed * 0x9e3779b97f4a7c15U), field);
    }
    std::ranges::stable_sort(order, {}, [](const auto& one) { return one.first; });
    std::vector<RedisHash::const_iterator> fields;
    for (const auto& [_, field] : order) fields.push_back(field);
    return fields;
}

Resp RedisCommands::hget(Words words) {
    const RedisHash* const all = hash(words[1]);
    if (all == nullptr) return Resp::nil();
    const auto found = all->find(words[2]);
    return found == all->end() ? Resp::nil() : Resp::bulk(found->second);
}

Resp RedisCommands::hset(Words words) {
    if (words.size() % 2 != 0) throw wrong_arity("hset");
    RedisHash& all = keys.get<RedisHash>(words[1], now_ms());
    std::int64_t added = 0;
    for (std::size_t i = 2; i < words.size(); i += 2) {
        if (all.insert_or_assign(std::string(words[i]), std::string(words[i + 1])).second) ++added;
    }
    return Resp::number(added);
}

Resp RedisCommands::hsetnx(Words words) {
    RedisHash& all = keys.get<RedisHash>(words[1], now_ms());
    return Resp::number(all.try_emplace(std::string(words[2]), words[3]).second ? 1 : 0);
}

Resp RedisCommands::hincrby(Words words) {
    const std::int64_t step = integer(words[3]);
    RedisHash& all = keys.get<RedisHash>(words[1], now_ms());
    std::string& value = all.try_emplace(std::string(words[2]), "0").first->second;
    const auto before = parsed<std::int64_t>(value);
    if (!before) throw CommandError{"ERR hash value is not an integer"};
    value = std::to_string(*before + step);
    return Resp::number(*before + step);
}

Resp RedisCommands::hdel(Words words) {
    RedisHash* const all = hash(words[1]);
    if (all == nullptr) return Resp::number(0);
    std::int64_t removed = 0;
    for (const std::string_view field : words.subspan(2)) {
        const auto found = all->find(field);
        if (found == all->end()) continue;
        all->erase(found);
        ++removed;
    }
    if (all->empty()) keys.remove(words[1]);
    return Resp::number(removed);
}

Resp RedisCommands::hmget(Words words) {
    const RedisHash* const all = hash(words[1]);
    Resp reply = Resp::array();
    for (const std::string_view field : words.subspan(2)) {
        const auto found = all == nullptr ? RedisHash::const_iterator{} : all->find(field);
        const bool is_there = all != nullptr && found != all->end();
        reply.items.push_back(is_there ? Resp::bulk(found->second) : Resp::nil());
    }
    return reply;
}

Resp RedisCommands::hgetall(Words words) {
    const RedisHash* const all = hash(words[1]);
    Resp reply = Resp::array();
    if (all == nullptr) return reply;
    for (const auto& field : fields(*all)) {
        reply.items.push_back(Resp::bulk(field->first));
        reply.items.push_back(Resp::bulk(field->second));
    }
    return reply;
}

Resp RedisCommands::hkeys(Words words) {
    const RedisHash* const all = hash(words[1]);
    Resp reply = Resp::array();
    if (all == nullptr) return reply;
    for (const auto& field : fields(*all)) reply.items.push_back(Resp::bulk(field->first));
    return reply;
}

Resp RedisCommands::hvals(Words words) {
    const RedisHash* const all = hash(words[1]);
    Resp reply = Resp::array();
    if (all == nullptr) return reply;
    for (const auto& field : fields(*all)) reply.items.push_back(Resp::bulk(field->second));
    return reply;
}

Resp RedisCommands::hexists(Words words) {
    const RedisHash* const all = hash(words[1]);
    return Resp::number(all != nullptr && all->contains(words[2]) ? 1 : 0);
}

Resp RedisCommands::hlen(Words words) {
    const RedisHash* const all = hash(words[1]);
    return size_of(all == nullptr ? 0 : all->size());
}

Resp RedisCommands::hrandfield(Words words) {
    if (words.size() != 3) throw CommandError{"ERR the twin knows HRANDFIELD with a count only"};
    const std::int64_t count = integer(words[2]);
    if (count < 0) throw CommandError{"ERR the twin knows HRANDFIELD without repetitions only"};
    const RedisHash* const all = hash(words[1]);
    Resp reply = Resp::array();
    if (all == nullptr) return reply;
    std::vector<RedisHash::const_iterator> some = fields(*all);
    std::ranges::shuffle(some, random_);
    some.resize(std::min(some.size(), static_cast<std::size_t>(count)));
    for (const auto& field : some) reply.items.push_back(Resp::bulk(field->first));
    return reply;
}

// Lists.

Resp RedisCommands::rpush(Words words) {
    RedisList& list = keys.get<RedisList>(words[1], now_ms());
    for (const std::string_view item : words.subspan(2)) list.emplace_back(item);
    return size_of(list.size());
}

Resp RedisCommands::lpop(Words words) {
    if (words.size() > 3) throw wrong_arity("lpop");
    const bool is_many = words.size() == 3;
    const std::int64_t count = is_many ? integer(words[2]) : 1;
    if (count < 0) throw CommandError{"ERR value is out of range, must be positive"};
    RedisList* const list = keys.find<RedisList>(words[1], now_ms());
    if (list == nullptr) return Resp::nil();
    Resp reply = Resp::array();
    for (std::int64_t i = 0; i < count && !list->empty(); ++i) {
        reply.items.push_back(Resp::bulk(list->front()));
        list->pop_front();
    }
    if (list->empty()) keys.remove(words[1]);
    return is_many ? reply : reply.items.front();
}

Resp RedisCommands::llen(Words words) {
    const RedisList* const list = keys.find<RedisList>(words[1], now_ms());
    return size_of(list == nullptr ? 0 : list->size());
}

Resp RedisCommands::lindex(Words words) {
    const std::int64_t index = integer(words[2]);
    const RedisList* const list = keys.find<RedisList>(words[1], now_ms());
    if (list == nullptr) return Resp::nil();
    const auto size = static_cast<std::int64_t>(list->size());
    const std::int64_t at = index < 0 ? index + size : index;
    return at < 0 || at >= size ? Resp::nil() : Resp::bulk((*list)[static_cast<std::size_t>(at)]);
}

Resp RedisCommands::lrange(Words words) {
    const std::int64_t first = integer(words[2]);
    const std::int64_t last = integer(words[3]);
    const RedisList* const list = keys.find<RedisList>(words[1], now_ms());
    Resp reply = Resp::array();
    if (list == nullptr) return reply;
    const auto [from, to] = slice(first, last, list->size());
    for (std::size_t i = from; i < to; ++i) reply.items.push_back(Resp::bulk((*list)[i]));
    return reply;
}

Resp RedisCommands::lset(Words words) {
    RedisList* const list = keys.find<RedisList>(words[1], now_ms());
    if (list == nullptr) throw CommandError{"ERR no such key"};
    const std::int64_t index = integer(words[2]);
    const auto size = static_cast<std::int64_t>(list->size());
    const std::int64_t at = index < 0 ? index + size : index;
    if (at < 0 || at >= size) throw CommandError{"ERR index out of range"};
    (*list)[static_cast<std::size_t>(at)] = words[3];
    return Resp::status("OK");
}

// Sorted sets.

Resp RedisCommands::zadd(Words words) {
    bool only_new = false;
    bool only_old = false;
    bool counts_changes = false;
    std::size_t i = 2;
    for (;; ++i) {
        if (i >= words.size()) throw syntax_error();
        const std::string option = upper(words[i]);
        if (option == "NX") {
            only_new = true;
        } else if (option == "XX") {
            only_old = true;
        } else if (option == "CH") {
            counts_changes = true;
        } else {
            break;
        }
    }
    if ((words.size() - i) % 2 != 0) throw syntax_error();
    if (only_new && only_old) {
        throw CommandError{"ERR XX and NX options at the same time are not compatible"};
    }
    for (std::size_t j = i; j < words.size(); j += 2) {
        if (!parsed<double>(words[j])) throw CommandError{"ERR value is not a valid float"};
    }
    if (only_old && keys.find<RedisSortedSet>(words[1], now_ms()) == nullptr) {
        return Resp::number(0);
    }
    RedisSortedSet& set = keys.get<RedisSortedSet>(words[1], now_ms());
    std::int64_t changed = 0;
    for (; i < words.size(); i += 2) {
        const double score = *parsed<double>(words[i]);
        const auto known = set.scores.find(words[i + 1]);
        const bool is_known = known != set.scores.end();
        if (is_known ? only_new : only_old) continue;
        if (!is_known || (counts_changes && known->second != score)) ++changed;
        set.set(std::string(words[i + 1]), score);
    }
    return Resp::number(changed);
}

Resp RedisCommands::zrem(Words words) {
    RedisSortedSet* const set = keys.find<RedisSortedSet>(words[1], now_ms());
    if (set == nullptr) return Resp::number(0);
    std::int64_t removed = 0;
    for (const std::string_view member : words.subspan(2)) removed += set->remove(member) ? 1 : 0;
    if (set->scores.empty()) keys.remove(words[1]);
    return Resp::number(removed);
}

Resp RedisCommands::zcard(Words words) {
    const RedisSortedSet* const set = keys.find<RedisSortedSet>(words[1], now_ms());
    return size_of(set == nullptr ? 0 : set->scores.size());
}

Resp RedisCommands::zrange(Words words) {
    const bool with_scores = words.size() == 5 && upper(words[4]) == "WITHSCORES";
    if (words.size() > 4 && !with_scores) throw syntax_error();
    const std::int64_t first = integer(words[2]);
    const std::int64_t last = integer(words[3]);
    const RedisSortedSet* const set = keys.find<RedisSortedSet>(words[1], now_ms());
    Resp reply = Resp::array();
    if (set == nullptr) return reply;
    const auto [from, to] = slice(first, last, set->order.size());
    auto at = std::next(set->order.begin(), static_cast<std::ptrdiff_t>(from));
    for (std::size_t i = from; i < to; ++i, ++at) {
        reply.items.push_back(Resp::bulk(at->second));
        if (with_scores) reply.items.push_back(Resp::bulk(fmt::format("{:.17g}", at->first)));
    }
    return reply;
}

Resp RedisCommands::zrangebyscore(Words words) {
    const Bound min = bound(words[2]);
    const Bound max = bound(words[3]);
    std::int64_t offset = 0;
    std::int64_t limit = -1;
    if (words.size() > 4) {
        if (words.size() != 7 || upper(words[4]) != "LIMIT") throw syntax_error();
        offset = integer(words[5]);
        limit = integer(words[6]);
    }
    const RedisSortedSet* const set = keys.find<RedisSortedSet>(words[1], now_ms());
    Resp reply = Resp::array();
    if (set == nullptr || offset < 0) return reply;
    for (const auto& [score, member] : set->order) {
        if (min.is_excluded ? score <= min.score : score < min.score) continue;
        if (max.is_excluded ? score >= max.score : score > max.score) break;
        if (offset-- > 0) continue;
        if (limit-- == 0) break;
        reply.items.push_back(Resp::bulk(member));
    }
    return reply;
}

}  // namespace carillon::sim
