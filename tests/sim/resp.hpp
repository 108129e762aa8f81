#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::sim {

/// A reply of Redis, as RESP2 has it.
struct Resp {
    enum class Type : std::uint8_t { nil, integer, status, text, error, array };

    Type type = Type::nil;
    std::int64_t integer = 0;
    std::string text = {};  ///< of a status, a text or an error, with its code first
    std::vector<Resp> items = {};

    [[nodiscard]] bool is_error() const noexcept { return type == Type::error; }

    [[nodiscard]] static Resp nil() { return {}; }
    [[nodiscard]] static Resp number(std::int64_t value) { return {Type::integer, value}; }
    [[nodiscard]] static Resp status(std::string_view text) {
        return {Type::status, 0, std::string(text)};
    }
    [[nodiscard]] static Resp bulk(std::string_view text) {
        return {Type::text, 0, std::string(text)};
    }
    [[nodiscard]] static Resp error(std::string_view text) {
        return {Type::error, 0, std::string(text)};
    }
    [[nodiscard]] static Resp array(std::vector<Resp> items = {}) {
        return {Type::array, 0, {}, std::move(items)};
    }
};

}  // namespace carillon::sim
