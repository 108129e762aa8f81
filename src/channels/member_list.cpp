#include "carillon/channels/member_list.hpp"

#include "carillon/protocol/json_text.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {
namespace {

std::string_view without_first(std::string_view text) {
    return text.substr(text.empty() ? 0 : 1);
}

}  // namespace

std::pair<MemberList::Entry, bool> MemberList::add(const std::string& user_id,
                                                   const std::optional<std::string>& user_info) {
    const auto [found, is_new] = members_.try_emplace(user_id);
    if (is_new) append(*found, user_info);
    return {&*found, is_new};
}

void MemberList::append(Members::value_type& member, const std::optional<std::string>& user_info) {
    std::string id;
    append_json_string(id, member.first);
    const std::size_t ids_before = ids_.size();
    const std::size_t hash_before = hash_.size();
    append_json_escaped(ids_.append(","), id);
    append_json_escaped(hash_.append(","), id);
    append_json_escaped(hash_.append(":"), user_info ? *user_info : "null");
    member.second.id_bytes = static_cast<std::uint32_t>(ids_.size() - ids_before);
    member.second.hash_bytes = static_cast<std::uint32_t>(hash_.size() - hash_before);
    member.second.index = static_cast<std::uint32_t>(ordered_.size());
    ordered_.push_back(&member);
}

void MemberList::remove(Entry entry) {
    erase_text(entry->second);
    members_.erase(members_.find(entry->first));
}

bool MemberList::remove(std::string_view user_id) {
    const auto found = members_.find(user_id);
    if (found == members_.end()) return false;
    erase_text(found->second);
    members_.erase(found);
    return true;
}

void MemberList::erase_text(const Member& member) {
    const auto position = ordered_.begin() + static_cast<std::ptrdiff_t>(member.index);
    std::size_t id_begin = 0;
    std::size_t hash_begin = 0;
    for (auto before = ordered_.begin(); before != position; ++before) {
        id_begin += (*before)->second.id_bytes;
        hash_begin += (*before)->second.hash_bytes;
    }
    ids_.erase(id_begin, member.id_bytes);
    hash_.erase(hash_begin, member.hash_bytes);
    for (auto after = ordered_.erase(position); after != ordered_.end(); ++after) {
        --(*after)->second.index;
    }
}

void MemberList::clear() {
    members_.clear();
    ordered_.clear();
    ids_.clear();
    hash_.clear();
}

std::vector<std::string> MemberList::ids() const {
    std::vector<std::string> ids;
    ids.reserve(members_.size());
    for (const Entry member : ordered_) ids.push_back(member->first);
    return ids;
}

std::vector<PresenceData> MemberList::members(bool with_info) const {
    std::vector<PresenceData> members;
    members.reserve(members_.size());
    for_each([&](const std::string& user_id, std::string_view escaped_info) {
        PresenceData& member = members.emplace_back(PresenceData{user_id, std::nullopt});
        if (!with_info || escaped_info == "null") return;
        const std::string quoted = '"' + std::string(escaped_info) + '"';
        member.user_info = decode_json_string({.text = quoted, .type = JsonText::Type::string});
    });
    return members;
}

void MemberList::for_each(const std::function<void(const std::string& user_id,
                                                   std::string_view escaped_info)>& visit) const {
    std::size_t begin = 0;
    for (const Entry member : ordered_) {
        // A comma, the id once in quotes, a colon, the info. The id has as many bytes in the list
        // of ids, where a comma is all that is beside it.
        const std::size_t before_info = std::size_t{member->second.id_bytes} + 1;
        const std::size_t bytes = member->second.hash_bytes;
        visit(member->first,
              std::string_view(hash_).substr(begin + before_info, bytes - before_info));
        begin += bytes;
    }
}

std::string MemberList::succeeded(std::string_view channel) const {
    return presence_succeeded(channel, members_.size(), without_first(ids_), without_first(hash_));
}

}  // namespace carillon
