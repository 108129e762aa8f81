#include "figure_kind.hpp"

#include <fmt/format.h>

namespace carillon::bench {
namespace {

double per(double amount, double count) {
    return count > 0 ? amount / count : 0;
}

double bytes_per_connection(const BenchReport& report) {
    const BenchWindow& settled =
        report.options.idle_seconds > 0 ? report.idling : report.connecting;
    return per(static_cast<double>(settled.server.resident_bytes - report.resident_before),
               report.subscribers.ready);
}

double to_ms(std::int64_t ns) {
    return static_cast<double>(ns) / 1e6;
}

std::string with_commas(double value) {
    std::string text = fmt::format("{:.0f}", value);
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, 1, ',');
    return text;
}

}  // namespace

const FigureTraits& traits_of(FigureKind kind) noexcept {
    static constexpr FigureTraits traits[] = {
        {"server_us_per_delivery", "server CPU per delivery", "µs", 3, false},
        {"all_us_per_delivery", "all CPU per delivery", "µs", 3, false},
        {"deliveries_per_second", "deliveries per second", "", 0, true},
        {"events_per_second", "events per second", "", 0, true},
        {"connections_per_second", "connections per second", "", 0, true},
        {"latency_p50_ms", "latency p50", "ms", 2, false},
        {"latency_p99_ms", "latency p99", "ms", 2, false},
        {"resident_bytes_per_connection", "bytes per connection", "", 0, false},
    };
    return traits[static_cast<std::size_t>(kind)];
}

double value_of(FigureKind kind, const BenchReport& report) {
    const BenchWindow& measured = report.measured;
    const auto deliveries = static_cast<double>(measured.deliveries);
    switch (kind) {
        case FigureKind::cpu_per_delivery:
            return per(static_cast<double>(measured.server.cpu_ns) / 1000, deliveries);
        case FigureKind::all_cpu_per_delivery:
            return per(static_cast<double>(measured.machine_cpu_ns) / 1000 -
                           1e6 * measured.own_cpu_seconds,
                       deliveries);
        case FigureKind::deliveries_per_second:
            return per(deliveries, measured.seconds);
        case FigureKind::events_per_second:
            return per(static_cast<double>(measured.events), measured.seconds);
        case FigureKind::connections_per_second:
            return per(report.subscribers.ready, report.connecting.seconds);
        case FigureKind::latency_p50:
            return to_ms(report.latencies.percentile(50));
        case FigureKind::latency_p99:
            return to_ms(report.latencies.percentile(99));
        case FigureKind::bytes_per_connection:
            return bytes_per_connection(report);
    }
    return 0;
}

std::optional<double> value_of(FigureKind kind, const BaselineFigure& baseline) {
    switch (kind) {
        case FigureKind::cpu_per_delivery:
            return baseline.cpu_us.median;
        case FigureKind::deliveries_per_second:
        case FigureKind::events_per_second:
        case FigureKind::connections_per_second:
            return baseline.per_second.median;
        case FigureKind::bytes_per_connection:
            if (baseline.resident_bytes) return baseline.resident_bytes->median;
            return std::nullopt;
        case FigureKind::all_cpu_per_delivery:  // The baseline's is that of its process alone.
        case FigureKind::latency_p50:
        case FigureKind::latency_p99:
            return std::nullopt;
    }
    return std::nullopt;
}

std::string number_text(FigureKind kind, double value) {
    const int decimals = traits_of(kind).decimals;
    return decimals == 0 ? with_commas(value) : fmt::format("{:.{}f}", value, decimals);
}

std::string figure_text(FigureKind kind, double value) {
    const std::string_view unit = traits_of(kind).unit;
    return fmt::format("{}{}{}", number_text(kind, value), unit.empty() ? "" : " ", unit);
}

}  // namespace carillon::bench
