#include <nlohmann/json.hpp>

#include "options_json.hpp"
#include "spread_json.hpp"
#include "suite_report.hpp"

namespace carillon::bench {
namespace {

using Json = nlohmann::ordered_json;

template <class Value>
Json of(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json of(const SuiteFigure& figure) {
    Json json = {{"figure", traits_of(figure.kind).key}};
    json.update(to_json(figure.spread));
    json["target"] = of(figure.target);
    json["ratio_max"] = of(figure.ratio_max);
    json["met"] = of(figure.is_met());
    json["baseline"] = figure.baseline;
    json["baseline_value"] = of(figure.baseline_value);
    json["ratio"] = of(figure.ratio());
    return json;
}

Json of(const ScenarioReport& scenario) {
    Json figures = Json::array();
    for (const SuiteFigure& figure : scenario.figures) figures.push_back(of(figure));
    return {{"name", scenario.name},
            {"clean", scenario.clean},
            {"generator_bound", scenario.generator_bound},
            {"figures", std::move(figures)},
            {"options", to_json(scenario.options)},
            {"server_args", scenario.server_args}};
}

}  // namespace

Json to_json(const SuiteReport& report) {
    Json scenarios = Json::array();
    for (const ScenarioReport& scenario : report.scenarios) scenarios.push_back(of(scenario));
    return {{"date", report.date},
            {"commit", report.commit},
            {"flusher", report.flusher},
            {"machine", to_json(report.machine)},
            {"runs", report.runs},
            {"seconds", report.seconds},
            {"clean", report.is_clean()},
            {"baseline", to_json(report.baseline)},
            {"scenarios", std::move(scenarios)}};
}

}  // namespace carillon::bench
