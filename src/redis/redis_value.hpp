#pragma once

#include "carillon/cluster/script_value.hpp"
#include "redis_reply.hpp"

namespace carillon {

/// A reply that is no error, as the cluster's logic sees it. Its texts view the reply.
[[nodiscard]] ScriptValue script_value_of(const RedisReply& reply);

}  // namespace carillon
