#include "keyspace.hpp"

#include <fmt/format.h>

namespace carillon::sim {

void RedisSortedSet::set(const std::string& member, double score) {
    remove(member);
    scores[member] = score;
    order.emplace(score, member);
}

bool RedisSortedSet::remove(std::string_view member) {
    const auto found = scores.find(member);
    if (found == scores.end()) return false;
    order.erase({found->second, found->first});
    scores.erase(found);
    return true;
}

CommandError Keyspace::wrong_type() {
    return {"WRONGTYPE Operation against a key holding the wrong kind of value"};
}

Keyspace::Entry* Keyspace::find_entry(std::string_view key, std::int64_t now) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    if (found->second.expires && *found->second.expires <= now) {
        entries_.erase(found);
        return nullptr;
    }
    return &found->second;
}

bool Keyspace::remove(std::string_view key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return false;
    entries_.erase(found);
    return true;
}

bool Keyspace::rename(std::string_view from, std::string_view to, std::int64_t now) {
    if (find_entry(from, now) == nullptr) return false;
    auto node = entries_.extract(entries_.find(from));
    remove(to);
    node.key() = std::string(to);
    entries_.insert(std::move(node));
    return true;
}

void Keyspace::set(std::string_view key, std::string value, std::optional<std::int64_t> expires) {
    entries_[std::string(key)] = {std::move(value), expires};
}

bool Keyspace::expire_at(std::string_view key, std::int64_t when, std::int64_t now) {
    Entry* const entry = find_entry(key, now);
    if (entry == nullptr) return false;
    if (when <= now) return remove(key);
    entry->expires = when;
    return true;
}

std::int64_t Keyspace::time_to_live(std::string_view key, std::int64_t now) {
    const Entry* const entry = find_entry(key, now);
    if (entry == nullptr) return -2;
    return entry->expires ? *entry->expires - now : -1;
}

std::vector<std::string> Keyspace::keys(std::int64_t now) {
    std::erase_if(entries_,
                  [now](const auto& e) { return e.second.expires && *e.second.expires <= now; });
    std::vector<std::string> keys;
    for (const auto& [key, entry] : entries_) keys.push_back(key);
    return keys;
}

std::optional<std::string> Keyspace::dump(std::string_view key, std::int64_t now) {
    const Entry* const entry = find_entry(key, now);
    if (entry == nullptr) return std::nullopt;
    std::string dump = std::to_string(entry->value.index());
    const auto add = [&dump](std::string_view text) {
        dump.append(std::to_string(text.size())).append(":").append(text);
    };
    if (const auto* text = std::get_if<std::string>(&entry->value)) add(*text);
    if (const auto* hash = std::get_if<RedisHash>(&entry->value)) {
        for (const auto& [field, value] : *hash) add(field), add(value);
    }
    if (const auto* list = std::get_if<RedisList>(&entry->value)) {
        for (const std::string& item : *list) add(item);
    }
    if (const auto* sorted = std::get_if<RedisSortedSet>(&entry->value)) {
        for (const auto& [score, member] : sorted->order)
            add(fmt::format("{}", score)), add(member);
    }
    return dump;
}

}  // namespace carillon::sim
