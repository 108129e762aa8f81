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

namespace carillon {

/// Distinct members of a presence channel, kept as the text that joiners get, which is amended as
/// they come and go: a join encodes one member, and copies the others. Pure. Source: wire.md
/// 2.3.
class MemberList {
public:
    struct Member {
        std::uint32_t connections = 0;  ///< for whoever keeps the list
        std::uint32_t index = 0;        ///< in the order of the texts
        /// The parts of the texts, each with a comma in front.
        std::uint32_t id_bytes = 0;
        std::uint32_t hash_bytes = 0;
    };
    using Members = boost::unordered_map<std::string, Member, StringHash, std::equal_to<>>;
    using Entry = Members::pointer;  ///< holds while the member is in the list

    /// The member's entry, and whether it is new; one who is in the list keeps the info they have.
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
    [[nodiscard]] std::vector<std::string> ids() const;
    /// `escaped_info`: JSON text as a part of a JSON string; "null" for none.
    void for_each(const std::function<void(const std::string& user_id,
                                           std::string_view escaped_info)>& visit) const;

    /// The text of `subscription_succeeded`.
    [[nodiscard]] std::string succeeded(std::string_view channel) const;

private:
    void append(Members::value_type& member, const std::optional<std::string>& user_info);
    void erase_text(const Member& member);

    Members members_;
    std::vector<Entry> ordered_;  ///< in the order of the texts
    std::string ids_;
    std::string hash_;
};

}  // namespace carillon
