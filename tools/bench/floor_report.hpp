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
#include "stretch.hpp"

namespace carillon {

/// What one thing costs on this machine, whatever the server.
struct FloorFigure {
    std::string name;       ///< "gathered-8"
    std::string operation;  ///< of which there are so many: "delivery"
    Spread cpu_us;          ///< an operation
    Spread per_second;
    std::optional<Spread> resident_bytes;  ///< an operation
    std::string unavailable;               ///< why there are no figures; else empty
};

struct FloorReport {
    CorePair cores;
    double seconds = 0;  ///< a stretch
    std::size_t frame_bytes = 0;
    std::size_t request_bytes = 0;
    std::size_t connections = 0;  ///< accepted in a stretch
    std::vector<FloorFigure> figures;

    /// Null if there is no such figure, or it is not available.
    [[nodiscard]] const FloorFigure* find(std::string_view name) const noexcept;
};

[[nodiscard]] FloorFigure floor_figure(std::string name, std::string operation,
                                       std::span<const Stretch> stretches);

[[nodiscard]] std::string to_text(const FloorReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const FloorReport& report);

}  // namespace carillon
