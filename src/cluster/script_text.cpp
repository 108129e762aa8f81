#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

#include "bus_message.hpp"
#include "carillon/channels/pacing.hpp"
#include "carillon/cluster/script_contract.hpp"
#include "cluster_context.hpp"
#include "webhook_record.hpp"

namespace carillon {
namespace {

using std::chrono::milliseconds;

/// Lua's definitions of what both languages have to agree on.
class LuaConstants {
public:
    void number(std::string_view name, std::uint64_t value) { define(name, std::to_string(value)); }
    void duration(std::string_view name, milliseconds time) {
        number(name, static_cast<std::uint64_t>(time.count()));
    }
    void letter(std::string_view name, char letter) {
        define(name, std::string("'") + letter + "'");
    }

    std::string text;

private:
    void define(std::string_view name, std::string_view value) {
        text.append("local ").append(name).append(" = ").append(value).append("\n");
    }
};

std::string upper_case(std::string_view name) {
    std::string text;
    for (const char c : name) text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

std::string make_constants() {
    LuaConstants lua;
    lua.number("COUNTS_AT_ONCE_MAX", counts_at_once_max);
    lua.duration("COUNT_INTERVAL_MS", count_interval);
    lua.duration("CACHE_MISS_INTERVAL_MS", cache_miss_interval);
    lua.number("NUMBER_MAX", BusMessage::number_max);
    lua.number("MESSAGES_PER_OPERATION", BusMessage::messages_per_operation);
    lua.letter("RULE_COUNTS", rule_counts);
    using Kind = BusMessage::Kind;
    lua.letter("KIND_MEMBER_ADDED", static_cast<char>(Kind::member_added));
    lua.letter("KIND_MEMBER_REMOVED", static_cast<char>(Kind::member_removed));
    lua.letter("KIND_COUNT", static_cast<char>(Kind::count));
    lua.letter("KIND_ONLINE", static_cast<char>(Kind::online));
    lua.letter("KIND_OFFLINE", static_cast<char>(Kind::offline));
    for (const auto& [kind, letter] : webhook_letters) {
        lua.letter("WEBHOOK_" + upper_case(name_of(kind)), letter);
    }
    return lua.text;
}

}  // namespace

std::string script_text(Script script) {
    static const std::string constants = make_constants();
    return constants + std::string(script_sources[static_cast<std::size_t>(script)]);
}

}  // namespace carillon
