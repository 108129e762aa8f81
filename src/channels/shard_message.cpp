#include "carillon/channels/shard_message.hpp"

namespace carillon {

std::size_t message_bytes(const ShardMessage& message) {
    const std::size_t content = std::visit(
        [](const auto& kind) {
            return std::visit([](const auto& held) { return held.content_bytes(); }, kind);
        },
        message);
    return sizeof(ShardMessage) + content;
}

}  // namespace carillon
