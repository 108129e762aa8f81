#include "ticket_keys.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

namespace carillon {
namespace {

void fill(std::span<unsigned char> bytes) {
    // Without random numbers nothing of TLS works.
    if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
}

}  // namespace

TicketKeys::Key::Key() {
    fill(name);
    fill(cipher);
    fill(mac);
}

TicketKeys::Key::~Key() {
    OPENSSL_cleanse(cipher.data(), cipher.size());
    OPENSSL_cleanse(mac.data(), mac.size());
}

void TicketKeys::advance(TimePoint now) {
    if (now - made_ >= used_for) {
        previous_.reset();
        if (now - made_ < accepted_for) previous_ = current_;
        // A server that was idle for days begins a day now.
        made_ = previous_ ? made_ + used_for : now;
        current_ = Key();
    }
    if (now - made_ >= accepted_for - used_for) previous_.reset();
}

TicketKeys::Key TicketKeys::current(TimePoint now) {
    const std::lock_guard lock(mutex_);
    advance(now);
    return current_;
}

std::optional<TicketKeys::Found> TicketKeys::find(std::span<const unsigned char> name,
                                                  TimePoint now) {
    const std::lock_guard lock(mutex_);
    advance(now);
    if (std::ranges::equal(name, current_.name)) return Found{current_, true};
    if (previous_ && std::ranges::equal(name, previous_->name)) return Found{*previous_, false};
    return std::nullopt;
}

}  // namespace carillon
