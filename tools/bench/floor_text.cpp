#include <fmt/format.h>

#include "floor_fan_out.hpp"
#include "floor_http.hpp"
#include "floor_report.hpp"

namespace carillon {
namespace {

std::string line_of(const FloorFigure& figure) {
    if (!figure.unavailable.empty()) {
        return fmt::format("{:<16}not available: {}\n", figure.name, figure.unavailable);
    }
    const Spread& cpu = figure.cpu_us;
    std::string line = fmt::format("{:<16}{:.3f} µs of CPU a {} ({:.3f} – {:.3f}), {:.0f} a second",
                                   figure.name, cpu.median, figure.operation, cpu.lowest,
                                   cpu.highest, figure.per_second.median);
    if (figure.resident_bytes) {
        line += fmt::format(", {:.0f} bytes resident each", figure.resident_bytes->median);
    }
    return line += '\n';
}

}  // namespace

std::string to_text(const FloorReport& report) {
    std::string text = fmt::format(
        "{:<16}core {} measured, core {} its peer; medians of {} stretches of {} s\n"
        "{:<16}deliveries of {} bytes to {} sockets; {} connections to accept\n"
        "{:<16}requests of {} bytes, {} at a time\n",
        "floor", report.cores.measured, report.cores.peer, stretch_count, report.seconds, "",
        report.frame_bytes, floor_sockets, report.connections, "", report.request_bytes,
        floor_http_connections);
    for (const FloorFigure& figure : report.figures) text += line_of(figure);
    return text;
}

}  // namespace carillon
