#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "carillon/apps/webhook_endpoint.hpp"
#include "source.hpp"

namespace carillon {

/// The `webhooks` of an app, which stand at `path`.
[[nodiscard]] std::vector<WebhookEndpoint> read_webhooks(const nlohmann::json& webhooks,
                                                         const std::string& path,
                                                         const Source& source);

}  // namespace carillon
