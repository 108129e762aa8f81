#pragma once

#include "carillon/channels/webhook_queue.hpp"
#include "history.hpp"
#include "sim_node.hpp"

namespace carillon::sim {

/// A webhook that is about to be delivered.
[[nodiscard]] Entry webhook_entry(const WebhookEvent& event);

/// Adds the records that a node takes out of Redis, which it may never learn of.
void add_taken(World& world, std::uint32_t node, const Resp& records);

}  // namespace carillon::sim
