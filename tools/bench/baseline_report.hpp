#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cores.hpp"
#include "spread.hpp"
#include "window.hpp"

namespace carillon::bench {

/// What one thing costs on this machine, whatever the server.
struct BaselineFigure {
    std::string name;       ///< "gathered-8"
    std::string operation;  ///< of which there are so many: "delivery"
    Spread cpu_us;          ///< an operation
    Spread per_second;
    std::optional<Spread> resident_bytes;  ///< an operation
    std::string unavailable;               ///< why there are no figures; else empty
};

struct BaselineReport {
    CorePair cores;
    double seconds = 0;  ///< per window
    std::size_t frame_bytes = 0;
    std::size_t request_bytes = 0;
    std::size_t connections = 0;  ///< accepted in a window
    std::vector<BaselineFigure> figures;

    /// Null if there is no such figure, or it is not available.
    [[nodiscard]] const BaselineFigure* find(std::string_view name) const noexcept;
};

[[nodiscard]] BaselineFigure baseline_figure(std::string name, std::string operation,
                                             std::span<const Window> windows);

[[nodiscard]] std::string to_text(const BaselineReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const BaselineReport& report);

}  // namespace carillon::bench
