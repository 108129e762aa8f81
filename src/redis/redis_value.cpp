#include "redis_value.hpp"

namespace carillon {

ScriptValue script_value_of(const RedisReply& reply) {
    if (reply.is_integer()) return ScriptValue::of(reply.integer());
    if (reply.is_text()) return ScriptValue::of(reply.text());
    ScriptValue value;
    if (!reply.is_array()) return value;
    value.type = ScriptValue::Type::array;
    value.items.reserve(reply.size());
    for (std::size_t i = 0; i < reply.size(); ++i) {
        value.items.push_back(script_value_of(reply[i]));
    }
    return value;
}

}  // namespace carillon
