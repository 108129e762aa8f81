#pragma once

#include <string>
#include <string_view>

namespace carillon::bench {

/// Bytes like those on the wire in a run with default options, so that a baseline measured with
/// them can be compared with such a run.

/// An event as a subscriber gets it.
[[nodiscard]] std::string sample_frame();
/// A signed request that triggers one event.
[[nodiscard]] std::string sample_request(std::string_view host, bool keep_alive);

}  // namespace carillon::bench
