#pragma once

#include <chrono>
#include <concepts>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/config/schema.hpp"

namespace carillon {

/// How a setting of type `Value` is written. Whatever is not listed is an object of its own.
template <class Value>
inline constexpr SettingKind setting_kind =
    std::unsigned_integral<Value> ? SettingKind::number : SettingKind::object;
template <class Rep, class Period>
inline constexpr SettingKind setting_kind<std::chrono::duration<Rep, Period>> = SettingKind::number;
template <>
inline constexpr SettingKind setting_kind<bool> = SettingKind::boolean;
template <>
inline constexpr SettingKind setting_kind<std::string> = SettingKind::string;
template <>
inline constexpr SettingKind setting_kind<AppId> = SettingKind::string;
template <>
inline constexpr SettingKind setting_kind<HttpUrl> = SettingKind::string;
template <>
inline constexpr SettingKind setting_kind<std::vector<std::string>> = SettingKind::strings;
template <>
inline constexpr SettingKind setting_kind<AllowedOrigins> = SettingKind::strings;
template <>
inline constexpr SettingKind setting_kind<WebhookKinds> = SettingKind::strings;
template <>
inline constexpr SettingKind setting_kind<std::vector<Credential>> = SettingKind::objects;
template <>
inline constexpr SettingKind setting_kind<std::vector<WebhookEndpoint>> = SettingKind::objects;

/// Types that JSON has, too.
template <class Value>
concept PlainSetting = std::unsigned_integral<Value> || std::same_as<Value, std::string> ||
    std::same_as<Value, std::vector<std::string>>;

/// A default as a file would have it. Settings of the other types are empty by default.
template <PlainSetting Value>
nlohmann::json default_json(const Value& value) {
    return value;
}
template <class Rep, class Period>
nlohmann::json default_json(const std::chrono::duration<Rep, Period>& value) {
    return value.count();
}
template <class Value>
nlohmann::json default_json(const Value&) {
    switch (setting_kind<Value>) {
        case SettingKind::string:
            return "";
        case SettingKind::object:
            return nlohmann::json::object();
        default:
            return nlohmann::json::array();
    }
}

}  // namespace carillon
