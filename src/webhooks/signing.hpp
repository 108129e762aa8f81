#pragma once

#include <cstdint>

#include "carillon/apps/webhook_endpoint.hpp"
#include "carillon/base/credential.hpp"
#include "carillon/net/http_client.hpp"
#include "delivery.hpp"

namespace carillon {

/// Writes the body, with the timestamp `time_ms` (Unix time), and signs it. Source: wire.md 6.1.
void sign(Delivery& delivery, const Credential& credential, std::int64_t time_ms);

/// The HTTP request of a signed delivery; the configured headers of the endpoint come last.
[[nodiscard]] HttpPost signed_post(const Delivery& delivery, const WebhookEndpoint& endpoint);

}  // namespace carillon
