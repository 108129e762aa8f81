#include "signing.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "carillon/auth/signature.hpp"

namespace carillon {

void sign(Delivery& delivery, const Credential& credential, std::int64_t time_ms) {
    std::vector<std::string_view> events;
    for (const QueuedEvent& event : delivery.events) events.push_back(event.text);
    delivery.body = webhook_body(time_ms, events);
    delivery.key = credential.key;
    delivery.signature = hmac_sha256_hex(credential.secret, delivery.body);
}

HttpPost signed_post(const Delivery& delivery, const WebhookEndpoint& endpoint) {
    HttpPost post{delivery.body,
                  {{"Content-Type", "application/json"},
                   {"User-Agent", "carillon"},
                   {"X-Pusher-Key", delivery.key},
                   {"X-Pusher-Signature", delivery.signature},
                   {"X-Carillon-Delivery", delivery.id}}};
    std::ranges::copy(endpoint.headers, std::back_inserter(post.headers));
    return post;
}

}  // namespace carillon
