#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace carillon {

/// The declaration of one metric. It stands once, beside the member that holds the value, in the
/// `describe` of a struct of metrics:
///
///     metric(&ShardMetrics::bytes_sent, counter("carillon_sent_bytes_total", "Bytes written …"));
///     metric(&ShardMetrics::cluster);  // A struct of metrics within this one.
///
/// The sum over the shards, the text for Prometheus, `/status` and the check of docs/metrics.md
/// follow from it. Counting is an increment of the member.
struct Metric {
    enum class Type : std::uint8_t { counter, gauge, histogram };
    enum class AcrossShards : std::uint8_t { sum, maximum };

    std::string_view name;  ///< small letters and underscores; `_total` at the end of a counter
    std::string_view help;  ///< what is counted and per what, as a sentence
    Type type = Type::counter;
    AcrossShards across_shards = AcrossShards::sum;
    std::array<std::string_view, 2> labels{};  ///< names of what the keys of a map stand for

    [[nodiscard]] constexpr Metric by(std::string_view first, std::string_view second = {}) const {
        Metric labelled = *this;
        labelled.labels = {first, second};
        return labelled;
    }
    /// The value of the node is that of the shard with the highest one.
    [[nodiscard]] constexpr Metric maximum() const {
        Metric highest = *this;
        highest.across_shards = AcrossShards::maximum;
        return highest;
    }
};

[[nodiscard]] constexpr Metric counter(std::string_view name, std::string_view help) {
    return {.name = name, .help = help, .type = Metric::Type::counter};
}
[[nodiscard]] constexpr Metric gauge(std::string_view name, std::string_view help) {
    return {.name = name, .help = help, .type = Metric::Type::gauge};
}
/// Of a LatencyHistogram.
[[nodiscard]] constexpr Metric histogram(std::string_view name, std::string_view help) {
    return {.name = name, .help = help, .type = Metric::Type::histogram};
}

}  // namespace carillon
