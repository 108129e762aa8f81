#include <fmt/format.h>

#include "baseline_fan_out.hpp"
#include "baseline_http.hpp"
#include "baseline_report.hpp"

namespace carillon::bench {
namespace {

std::string line_of(const BaselineFigure& figure) {
    if (!figure.unavailable.empty()) {
        return fmt::format("{:<16}not available: {}\n", figure.name, figure.unavailable);
    }
    const Spread& cpu = figure.cpu_us;
    std::string line = fmt::format(
        "{:<16}{:.3f} µs of CPU per {} ({:.3f} – {:.3f}), {:.0f} per second", figure.name,
        cpu.median, figure.operation, cpu.lowest, cpu.highest, figure.per_second.median);
    if (figure.resident_bytes) {
        line += fmt::format(", {:.0f} bytes resident each", figure.resident_bytes->median);
    }
    return line += '\n';
}

}  // namespace

std::string to_text(const BaselineReport& report) {
    std::string text = fmt::format(
        "{:<16}core {} measured, core {} its peer; medians of {} windows of {} s\n"
        "{:<16}deliveries of {} bytes to {} sockets; {} connections to accept\n"
        "{:<16}requests of {} bytes, {} at a time\n",
        "baseline", report.cores.measured, report.cores.peer, window_count, report.seconds, "",
        report.frame_bytes, baseline_sockets, report.connections, "", report.request_bytes,
        baseline_http_connections);
    for (const BaselineFigure& figure : report.figures) text += line_of(figure);
    return text;
}

}  // namespace carillon::bench
