#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench_options.hpp"

namespace carillon::bench {

/// Channels have numbers. All names are equally long, so that the frames of a run are alike.
class ChannelNames {
public:
    ChannelNames(ChannelKind kind, std::string_view prefix);

    [[nodiscard]] std::string name(std::uint32_t channel) const;
    /// The channel that a message of the server names, if it is one of ours.
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view message) const;

private:
    std::string stem_;
};

}  // namespace carillon::bench
