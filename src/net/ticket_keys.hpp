#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "carillon/base/time.hpp"

namespace carillon {

/// The keys of TLS session tickets. Who gets hold of one can read every TLS 1.2 connection that was
/// resumed with a ticket of it, for as long as it is kept: so each is used for a day, then accepted
/// for the two hours that a ticket lives (OpenSSL's default), then overwritten, at the first
/// handshake after that. Any thread; the mutex is held to copy a key, once a handshake.
/// Source: RFC 5077, 5.5.
class TicketKeys {
public:
    static constexpr Duration used_for = std::chrono::hours(24);
    static constexpr Duration accepted_for = used_for + std::chrono::hours(2);

    /// Overwrites itself when it goes.
    struct Key {
        std::array<unsigned char, 16> name;
        std::array<unsigned char, 32> cipher;
        std::array<unsigned char, 32> mac;

        Key();  ///< a random one
        Key(const Key&) = default;
        Key& operator=(const Key&) = default;
        ~Key();
    };

    explicit TicketKeys(TimePoint now) : made_(now) {}

    /// The key for new tickets.
    [[nodiscard]] Key current(TimePoint now);

    struct Found {
        Key key;
        bool is_current;
    };
    /// The key that a ticket names, if it is still accepted.
    [[nodiscard]] std::optional<Found> find(std::span<const unsigned char> name, TimePoint now);

private:
    void advance(TimePoint now);

    std::mutex mutex_;
    TimePoint made_;
    Key current_;
    std::optional<Key> previous_;
};

}  // namespace carillon
