#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace carillon {

/// An app of soketi, sockudo or Reverb as one of this server's file. What has no counterpart is
/// named in `not_taken`, with `path` in front.
[[nodiscard]] nlohmann::ordered_json translate_app(const nlohmann::json& app,
                                                   const std::string& path,
                                                   std::vector<std::string>& not_taken);

}  // namespace carillon
