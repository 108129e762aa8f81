#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "carillon/apps/webhook_endpoint.hpp"
#include "source.hpp"

namespace carillon {

void read_value(HttpUrl& url, const nlohmann::json& value, const std::string& path,
                const Source& source);
void read_value(WebhookKinds& kinds, const nlohmann::json& values, const std::string& path,
                const Source& source);
void read_value(ChannelFilter& filter, const nlohmann::json& value, const std::string& path,
                const Source& source);
void read_value(HttpHeaders& headers, const nlohmann::json& value, const std::string& path,
                const Source& source);
void read_value(std::vector<WebhookEndpoint>& endpoints, const nlohmann::json& values,
                const std::string& path, const Source& source);

}  // namespace carillon
