#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon {

/// A value that a script returned, as Redis sends it. Texts are views of the reply that it was made
/// from.
struct ScriptValue {
    enum class Type : std::uint8_t { nil, integer, text, array };

    Type type = Type::nil;
    std::int64_t integer = 0;
    std::string_view text = {};
    std::vector<ScriptValue> items = {};  ///< of an array

    [[nodiscard]] static ScriptValue of(std::int64_t integer) { return {Type::integer, integer}; }
    [[nodiscard]] static ScriptValue of(std::string_view text) { return {Type::text, 0, text}; }
    [[nodiscard]] static ScriptValue of(std::vector<ScriptValue> items) {
        return {Type::array, 0, {}, std::move(items)};
    }
};

/// The arguments (ARGV) of a script: views, and texts of its own.
class ScriptArguments {
public:
    /// What `text` views must live until the call.
    ScriptArguments& add(std::string_view text) {
        views_.push_back(text);
        return *this;
    }
    /// In decimal.
    ScriptArguments& add(std::uint64_t number) { return add_owned(std::to_string(number)); }
    /// 1 or 0.
    ScriptArguments& add_flag(bool flag) { return add(flag ? "1" : "0"); }
    ScriptArguments& add_owned(std::string text) {
        owned_.push_back(std::move(text));
        return add(owned_.back());
    }

    [[nodiscard]] const std::vector<std::string_view>& views() const noexcept { return views_; }

private:
    std::vector<std::string_view> views_;
    std::deque<std::string> owned_;  ///< does not move its elements
};

}  // namespace carillon
