#include "suite_run.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <ostream>
#include <stdexcept>

#include "baseline_run.hpp"
#include "bench_run.hpp"
#include "file_limit.hpp"
#include "loopback.hpp"
#include "server_process.hpp"

namespace carillon::bench {
namespace {

std::string date_now() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

class SuiteRun {
public:
    SuiteRun(const SuiteOptions& options, std::ostream& progress,
             const std::atomic<bool>& interrupted)
        : options_(options),
          progress_(progress),
          interrupted_(interrupted),
          flusher_(options.flusher) {
        report_.date = date_now();
        report_.commit = options.commit;
        report_.flusher = to_text(flusher_);
        report_.machine = this_machine();
        report_.runs = options.runs;
        report_.seconds = options.seconds;
    }

    SuiteReport run() {
        const auto scenarios = choose_scenarios(options_.scenarios);
        report_.baseline = run_baseline(
            {options_.cores, std::min(options_.seconds, 1.0), interrupted_}, progress_);
        for (const Scenario* scenario : scenarios) measure(*scenario);
        return std::move(report_);
    }

private:
    void measure(const Scenario& scenario) {
        ScenarioReport result;
        result.name = scenario.name;
        result.options = options_of(scenario);
        result.server_args = scenario.server_args;
        std::vector<std::vector<double>> values(scenario.goals.size());
        std::vector<std::vector<double>> baselines(scenario.goals.size());
        for (int run = 1; run <= options_.runs; ++run) {
            progress_ << fmt::format("{}: run {} of {}\n", scenario.name, run, options_.runs);
            const BenchReport report = run_once(scenario, result.options);
            result.clean = result.clean && report.is_clean();
            result.generator_bound = result.generator_bound || report.generator_bound();
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i].push_back(value_of(scenario.goals[i].figure, report));
            }
            measure_baselines(scenario, baselines);
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            SuiteFigure figure = compare(scenario.goals[i], spread_of(std::move(values[i])));
            if (!baselines[i].empty()) {
                figure.baseline_value = spread_of(std::move(baselines[i])).median;
            }
            result.figures.push_back(std::move(figure));
        }
        report_.scenarios.push_back(std::move(result));
    }

    /// A ratio is a target only if both sides are of the same minute: what a machine gives differs
    /// from one to the next. So what a run is measured by is measured again after it.
    void measure_baselines(const Scenario& scenario, std::vector<std::vector<double>>& values) {
        BaselineSetting setting{options_.cores, std::min(options_.seconds, 0.5), interrupted_};
        for (const Goal& goal : scenario.goals) {
            const Yardstick& yardstick = goal.with(flusher_);
            if (yardstick.ratio_max) setting.only.push_back(yardstick.baseline);
        }
        if (setting.only.empty()) return;
        const BaselineReport report = run_baseline(setting, progress_);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const Yardstick& yardstick = scenario.goals[i].with(flusher_);
            if (!yardstick.ratio_max) continue;
            const BaselineFigure* const figure = report.find(yardstick.baseline);
            if (figure == nullptr) continue;
            if (const auto value = value_of(scenario.goals[i].figure, *figure)) {
                values[i].push_back(*value);
            }
        }
    }

    /// As many connections as the limit of open files lets both sides have; times are the suite's.
    [[nodiscard]] BenchOptions options_of(const Scenario& scenario) const {
        BenchOptions options = scenario.options;
        constexpr std::uint64_t spare = 500;
        const std::uint64_t limit = raise_file_limit();
        const auto most = static_cast<std::uint32_t>(limit > 2 * spare ? limit - spare : spare);
        options.subscribers.connections = std::min(options.subscribers.connections, most);
        options.subscribers.channels =
            std::min(options.subscribers.channels, options.subscribers.connections);
        options.publish.duration_seconds = options_.seconds;
        options.publish.warm_up_seconds = std::min(options_.seconds, 1.0);
        if (options.idle_seconds > 0) options.idle_seconds = options_.seconds;
        options.poll = true;
        options.cpu = options_.cores.peer;
        return options;
    }

    BenchReport run_once(const Scenario& scenario, BenchOptions options) {
        const std::uint16_t port = listen_on_loopback().port;  // Free again, and likely to stay so.
        ServerProcess server(command_for(scenario, port), options_.cores.measured);
        server.wait_until_accepting(port, interrupted_);
        options.target.port = port;
        options.target.processes = {server.id()};
        BenchReport report = run_bench(options, progress_, interrupted_);
        if (interrupted_) throw std::runtime_error("interrupted");
        return report;
    }

    [[nodiscard]] std::vector<std::string> command_for(const Scenario& scenario,
                                                       std::uint16_t port) const {
        std::vector<std::string> command{
            options_.server,      "--shards",     "1", "--host",      "127.0.0.1", "--port",
            std::to_string(port), "--admin.port", "0", "--log.level", "off"};
        command.insert(command.end(), {"--flusher", to_text(flusher_)});
        for (const auto* more : {&scenario.server_args, &options_.server_args}) {
            command.insert(command.end(), more->begin(), more->end());
        }
        return command;
    }

    [[nodiscard]] SuiteFigure compare(const Goal& goal, const Spread& spread) const {
        const Yardstick& yardstick = goal.with(flusher_);
        SuiteFigure figure{
            goal.figure,        spread, yardstick.target, std::string{yardstick.baseline}, {},
            yardstick.ratio_max};
        if (const BaselineFigure* const baseline = report_.baseline.find(yardstick.baseline)) {
            figure.baseline_value = value_of(goal.figure, *baseline);
        }
        return figure;
    }

    const SuiteOptions& options_;
    std::ostream& progress_;
    const std::atomic<bool>& interrupted_;
    Flusher flusher_;
    SuiteReport report_;
};

}  // namespace

const char* to_text(Flusher flusher) noexcept {
    return flusher == Flusher::io_uring ? "io_uring" : "gathered";
}

SuiteReport run_suite(const SuiteOptions& options, std::ostream& progress,
                      const std::atomic<bool>& interrupted) {
    return SuiteRun(options, progress, interrupted).run();
}

}  // namespace carillon::bench
