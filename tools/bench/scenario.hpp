#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench_options.hpp"
#include "figure_kind.hpp"

namespace carillon::bench {

/// How the server sends what is due: the targets differ.
enum class Flusher : std::uint8_t { gathered, io_uring };

/// What a figure is compared with.
struct Yardstick {
    std::optional<double> target;
    std::string_view baseline;             ///< a figure of the baseline; empty: none
    std::optional<double> ratio_max = {};  ///< to that figure: a target for any machine
};

struct Goal {
    FigureKind figure;
    Yardstick gathered;
    Yardstick io_uring;

    [[nodiscard]] const Yardstick& with(Flusher flusher) const noexcept {
        return flusher == Flusher::io_uring ? io_uring : gathered;
    }
};

/// One load of the suite. Its options have no target yet, and their times are those of the suite.
struct Scenario {
    std::string_view name;
    BenchOptions options;
    std::vector<std::string> server_args;
    std::vector<Goal> goals;
};

[[nodiscard]] std::span<const Scenario> all_scenarios();

/// Those named, in the order of the suite; all for none. Throws std::invalid_argument for a name
/// that is none.
[[nodiscard]] std::vector<const Scenario*> choose_scenarios(const std::vector<std::string>& names);

}  // namespace carillon::bench
