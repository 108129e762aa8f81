#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace carillon::sim {

/// An error that a command ends with: its code, a space, its text.
struct CommandError {
    std::string text;
};

using RedisHash = std::map<std::string, std::string, std::less<>>;
using RedisList = std::deque<std::string>;
struct RedisSortedSet {
    std::map<std::string, double, std::less<>> scores;
    std::set<std::pair<double, std::string>> order;

    void set(const std::string& member, double score);
    bool remove(std::string_view member);
};

/// The keys of a server. A value: a copy of it is what a server has saved. Keys expire when they
/// are looked at, by the time that the caller gives, in ms.
class Keyspace {
public:
    using Value = std::variant<std::string, RedisHash, RedisList, RedisSortedSet>;

    /// Null if there is none. Throws CommandError if the key is of another type.
    template <class T>
    [[nodiscard]] T* find(std::string_view key, std::int64_t now) {
        Entry* const entry = find_entry(key, now);
        if (entry == nullptr) return nullptr;
        T* const value = std::get_if<T>(&entry->value);
        if (value == nullptr) throw wrong_type();
        return value;
    }
    /// Makes an empty one if there is none; fill it. Throws as `find`.
    template <class T>
    [[nodiscard]] T& get(std::string_view key, std::int64_t now) {
        if (T* const value = find<T>(key, now)) return *value;
        Entry& entry = entries_[std::string(key)];
        entry = {T{}, std::nullopt};
        return std::get<T>(entry.value);
    }
    /// Of any type.
    [[nodiscard]] bool contains(std::string_view key, std::int64_t now) {
        return find_entry(key, now) != nullptr;
    }
    bool remove(std::string_view key);
    /// Over whatever is called `to`, with its time to expire. False if there is none.
    bool rename(std::string_view from, std::string_view to, std::int64_t now);
    void set(std::string_view key, std::string value, std::optional<std::int64_t> expires);
    /// False if there is none.
    bool expire_at(std::string_view key, std::int64_t when, std::int64_t now);
    /// As PTTL: -2 if there is none, -1 if it does not expire.
    [[nodiscard]] std::int64_t time_to_live(std::string_view key, std::int64_t now);
    [[nodiscard]] std::vector<std::string> keys(std::int64_t now);
    /// The value as text: equal for equal ones.
    [[nodiscard]] std::optional<std::string> dump(std::string_view key, std::int64_t now);
    void clear() { entries_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        Value value;
        std::optional<std::int64_t> expires;
    };

    [[nodiscard]] static CommandError wrong_type();
    [[nodiscard]] Entry* find_entry(std::string_view key, std::int64_t now);

    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace carillon::sim
