#include "carillon/channels/shard_message.hpp"

namespace carillon {
namespace {

struct Bytes {
    std::size_t operator()(const Join& join) const {
        std::size_t bytes = join.channel.name.size();
        if (join.member) bytes += join.member->user_id.size();
        if (join.member && join.member->user_info) bytes += join.member->user_info->size();
        return bytes;
    }
    std::size_t operator()(const JoinAnswer& answer) const {
        return answer.channel.name.size() + answer.succeeded.size() + answer.cached.size();
    }
    std::size_t operator()(const Leave& leave) const { return leave.channel.name.size(); }
    std::size_t operator()(const Publish& publish) const {
        return publish.channel.name.size() + publish.text.size();
    }
    std::size_t operator()(const ClientEvent& event) const {
        return event.channel.name.size() + event.text.size() + event.webhook.size();
    }
    std::size_t operator()(const ClientEventRefused&) const { return 0; }
    std::size_t operator()(const PublishAnswer&) const { return 0; }
    std::size_t operator()(const AdmitConnection&) const { return 0; }
    std::size_t operator()(const ReleaseConnection&) const { return 0; }
    std::size_t operator()(const ConnectionAnswer&) const { return 0; }
    std::size_t operator()(const Deliver& deliver) const {
        return deliver.channel.name.size() + deliver.text.size() + deliver.excluded_user.size();
    }
    std::size_t operator()(const ChannelQuery& query) const { return query.names.size() * 32; }
    std::size_t operator()(const ChannelAnswer& answer) const {
        return answer.channels.size() * sizeof(ChannelSummary) + answer.users.size() * 32;
    }
    template <class AboutUser>
    std::size_t operator()(const AboutUser& message) const {
        return message.user.id.size();
    }
};

}  // namespace

std::size_t message_bytes(const ShardMessage& message) noexcept {
    return sizeof(ShardMessage) + std::visit(Bytes{}, message);
}

}  // namespace carillon
