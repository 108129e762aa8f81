#pragma once

#include <boost/unordered/unordered_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/protocol/presence_data.hpp"

namespace carillon {

/// The distinct members of a presence channel, kept as the text of `subscription_succeeded`: a join
/// encodes one member and copies the others. Pure. Source: wire.md 2.3.
class MemberList {
public:
    struct Member {
        std::uint32_t connections = 0;  ///< counted by the owner of the list
        std::uint32_t index = 0;        ///< in the order of joining
        /// Bytes of this member in `ids_` and `hash_`, with the comma in front.
        std::uint32_t id_bytes = 0;
        std::uint32_t hash_bytes = 0;
    };
    using Members = boost::unordered_map<std::string, Member, StringHash, std::equal_to<>>;
    using Entry = Members::pointer;  ///< valid while the member is in the list

    /// The member's entry, and whether it is new. An existing member keeps its `user_info`.
    std::pair<Entry, bool> add(const std::string& user_id,
                               const std::optional<std::string>& user_info);
    void remove(Entry entry);
    /// False if there is no such member.
    bool remove(std::string_view user_id);
    void clear();

    [[nodiscard]] bool contains(std::string_view user_id) const {
        return members_.contains(user_id);
    }
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
    /// In the order of joining.
    [[nodiscard]] std::vector<std::string> ids() const;
    /// In the order of joining. Without `with_info` no member has a `user_info`.
    [[nodiscard]] std::vector<PresenceData> members(bool with_info) const;
    /// In the order of joining. `escaped_info`: JSON text, escaped as a part of a JSON string;
    /// "null" for none.
    void for_each(const std::function<void(const std::string& user_id,
                                           std::string_view escaped_info)>& visit) const;

    /// The text of `subscription_succeeded`.
    [[nodiscard]] std::string succeeded(std::string_view channel) const;

private:
    void append(Members::value_type& member, const std::optional<std::string>& user_info);
    void erase_text(const Member& member);

    Members members_;
    std::vector<Entry> ordered_;  ///< in the order of joining, as in `ids_` and `hash_`
    std::string ids_;
    std::string hash_;
};

}  // namespace carillon
