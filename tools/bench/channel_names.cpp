#include "channel_names.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

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
    const char* const begin = message.data() + at + stem_.size();
    std::uint32_t channel = 0;
    const auto [end, error] = std::from_chars(begin, begin + digits, channel);
    if (error != std::errc{} || end != begin + digits) return std::nullopt;
    return channel;
}

}  // namespace carillon::bench
