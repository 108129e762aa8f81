#include "history.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace carillon::sim {
namespace {

constexpr std::array<std::string_view, 31> entry_names = {
    "opened",        "closed",  "asked",    "joined",      "left",         "got",
    "heard",         "missed",  "added",    "removed",     "counted",      "signing in",
    "signed in",     "online",  "offline",  "publishing",  "accepted",     "refused",
    "began",         "ended",   "speaking", "terminating", "fault begins", "fault ends",
    "webhook taken", "webhook", "quiet",    "FAIL",        "note",         "answered",
    "admitted"};

}  // namespace

std::string text_of(const Entry& entry) {
    const double seconds =
        std::chrono::duration<double>(entry.at - TimePoint(std::chrono::hours(1))).count();
    std::string text =
        fmt::format("{:11.6f} {}", seconds, entry_names[static_cast<std::size_t>(entry.kind)]);
    if (entry.node != none) text += fmt::format(" node {}", entry.node);
    if (entry.client != none) text += fmt::format(" client {}", entry.client);
    if (entry.channel != none) text += " " + channel_name(entry.channel);
    if (entry.user != none) text += " " + user_name(entry.user);
    if (entry.number != 0) text += fmt::format(" #{}", entry.number);
    if (!entry.users.empty()) {
        text += " [";
        for (const std::uint32_t user : entry.users) text += " " + user_name(user);
        text += " ]";
    }
    if (!entry.text.empty()) text += " " + entry.text;
    return text;
}

}  // namespace carillon::sim
