#include "channel_names.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "carillon/base/parse_integer.hpp"

namespace carillon::bench {
namespace {

constexpr std::size_t digits = 8;

std::string_view kind_prefix(ChannelKind kind) {
    switch (kind) {
        case ChannelKind::public_channel:
            return "";
        case ChannelKind::private_channel:
            return "private-";
        case ChannelKind::presence:
            return "presence-";
    }
    return "";
}

}  // namespace

ChannelNames::ChannelNames(ChannelKind kind, std::string_view prefix)
    : stem_(fmt::format("{}{}-", kind_prefix(kind),
                        prefix.empty() ? fmt::format("bench-{:08}", ::getpid()) : prefix)) {}

std::string ChannelNames::name(std::uint32_t channel) const {
    return fmt::format("{}{:0{}}", stem_, channel, digits);
}

std::optional<std::uint32_t> ChannelNames::find(std::string_view message) const {
    const std::size_t at = message.find(stem_);
    if (at == message.npos || message.size() < at + stem_.size() + digits) return std::nullopt;
    return parse_integer<std::uint32_t>(message.substr(at + stem_.size(), digits));
}

}  // namespace carillon::bench
