#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "baseline_report.hpp"
#include "bench_report.hpp"

namespace carillon::bench {

/// What a run is judged by.
enum class FigureKind : std::uint8_t {
    cpu_per_delivery,
    all_cpu_per_delivery,
    deliveries_per_second,
    events_per_second,
    connections_per_second,
    latency_p50,
    latency_p99,
    bytes_per_connection
};

struct FigureTraits {
    std::string_view key;   ///< in JSON
    std::string_view name;  ///< for people
    std::string_view unit;  ///< may be empty
    int decimals;
    bool more_is_better;
};

[[nodiscard]] const FigureTraits& traits_of(FigureKind kind) noexcept;

[[nodiscard]] double value_of(FigureKind kind, const BenchReport& report);
/// The one of the same dimension; nullopt if the baseline has none.
[[nodiscard]] std::optional<double> value_of(FigureKind kind, const BaselineFigure& baseline);

/// "2.670", "26,000".
[[nodiscard]] std::string number_text(FigureKind kind, double value);
/// With its unit: "2.670 µs".
[[nodiscard]] std::string figure_text(FigureKind kind, double value);

}  // namespace carillon::bench
