#pragma once

#include <cstdint>

#include "carillon/apps/webhook_endpoint.hpp"
#include "carillon/base/credential.hpp"
#include "carillon/net/http_client.hpp"
#include "letter.hpp"

namespace carillon {

/// Writes the body, stamped with `time_ms` (Unix time), and signs it. Source: wire.md 6.1.
void seal(Delivery& delivery, const Credential& credential, std::int64_t time_ms);

/// The request of a sealed delivery; headers of the endpoint's own come last.
[[nodiscard]] HttpPost post_of(const Delivery& delivery, const WebhookEndpoint& endpoint);

}  // namespace carillon
