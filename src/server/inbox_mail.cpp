#include "inbox_mail.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace carillon {

InboxMail::InboxMail(ShardId self, const std::vector<std::unique_ptr<ShardInbox>>& inboxes,
                     std::size_t bytes_max)
    : self_(self), inboxes_(inboxes), bytes_max_(bytes_max), outgoing_(inboxes.size()) {}

void InboxMail::post(ShardId to, ShardMessage&& message) {
    auto& batch = outgoing_[static_cast<std::size_t>(to)];
    if (!batch) {
        batch = std::make_unique<Batch>();
        batch->from = self_;
        any_outgoing_ = true;
    }
    batch->bytes += message_bytes(message);
    batch->messages.push_back(std::move(message));
}

void InboxMail::add_waiting(std::ptrdiff_t bytes) {
    inboxes_[static_cast<std::size_t>(self_)]->inbox.add_waiting(bytes);
}

std::size_t InboxMail::bytes(ShardId to) const {
    const auto index = static_cast<std::size_t>(to);
    const std::size_t outgoing = outgoing_[index] ? outgoing_[index]->bytes : 0;
    return inboxes_[index]->inbox.bytes() + outgoing;
}

void InboxMail::end_turn() {
    if (!std::exchange(any_outgoing_, false)) return;
    for (std::size_t to = 0; to < outgoing_.size(); ++to) {
        if (!outgoing_[to]) continue;
        ShardInbox& receiver = *inboxes_[to];
        if (receiver.inbox.push(std::move(outgoing_[to]))) {
            boost::asio::post(receiver.loop.context(), [&receiver] { receiver.drain(); });
        }
    }
}

}  // namespace carillon
