#pragma once

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "carillon/protocol/json_text.hpp"

namespace carillon {

/// Stops the run unless every client can read `frame`, an event built with `event` and `data`.
inline void require_frame(const std::string& frame, const JsonText& event, const JsonText& data) {
    const auto json = nlohmann::json::parse(frame, nullptr, false);
    if (!json.is_object() || !json.contains("event") || !json.contains("data")) std::abort();
    const auto& text = json["data"];
    if (!text.is_string() || json["event"] != decode_json_string(event)) std::abort();
    const std::string expected =
        data.type == JsonText::Type::string ? decode_json_string(data) : std::string{data.text};
    if (text != expected || expected.size() != event_data_bytes(data)) std::abort();
}

}  // namespace carillon
