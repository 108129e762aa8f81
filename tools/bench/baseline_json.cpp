#include <nlohmann/json.hpp>

#include "baseline_fan_out.hpp"
#include "baseline_http.hpp"
#include "baseline_report.hpp"
#include "spread_json.hpp"

namespace carillon::bench {
namespace {

using Json = nlohmann::ordered_json;

Json of(const BaselineFigure& figure) {
    Json json = {{"operation", figure.operation}};
    if (!figure.unavailable.empty()) {
        json["unavailable"] = figure.unavailable;
        return json;
    }
    json["cpu_us"] = to_json(figure.cpu_us);
    json["per_second"] = to_json(figure.per_second);
    if (figure.resident_bytes) json["resident_bytes"] = to_json(*figure.resident_bytes);
    return json;
}

}  // namespace

Json to_json(const BaselineReport& report) {
    Json figures = Json::object();
    for (const BaselineFigure& figure : report.figures) figures[figure.name] = of(figure);
    return {
        {"core", report.cores.measured},         {"peer_core", report.cores.peer},
        {"window_seconds", report.seconds},      {"windows", window_count},
        {"frame_bytes", report.frame_bytes},     {"sockets", baseline_sockets},
        {"request_bytes", report.request_bytes}, {"requests_in_flight", baseline_http_connections},
        {"connections", report.connections},     {"figures", std::move(figures)}};
}

}  // namespace carillon::bench
