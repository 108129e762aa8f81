#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "life.hpp"

/// carillon-sim: lives of a cluster, one for each seed. Ends with status 1 if something is wrong in
/// one of them.
namespace carillon::sim {
namespace {

struct Options {
    std::uint64_t seed = 1;
    std::uint64_t seeds = 1;
    std::uint32_t minutes = 0;
    std::uint32_t faults = 3;
    double hours = 0;
    std::string check;
    std::string trace;
    std::string expected;
    bool shrinks = false;
};

/// Seeds, and the checks that are known to fail in their lives.
using Expected = std::map<std::uint64_t, std::set<std::string>>;

/// Lines as `differences` writes them. What follows the check, and other lines, are for readers.
Expected read_expected(const std::string& file) {
    Expected expected;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string word;
        std::uint64_t seed = 0;
        std::string check;
        if (!(words >> word >> seed) || word != "seed" || words.get() != ':') continue;
        std::getline(words >> std::ws, check, '(');
        check.erase(check.find_last_not_of(' ') + 1);
        expected[seed].insert(check);
    }
    return expected;
}

void write_trace(const Options& options, const Life& life) {
    if (options.trace.empty()) return;
    std::ofstream file(options.trace);
    file << trace_of(life);
}

/// A line for each check that fails and is not known to, and for each that is known to and does
/// not: or else the list would outlive the fault.
std::string differences(const Life& life, const std::set<std::string>& known) {
    std::map<std::string, std::pair<int, std::string>> failed;
    for (const Violation& violation : life.violations) {
        auto& [count, first] = failed[violation.check];
        if (count++ == 0) first = violation.text;
    }
    const std::uint64_t seed = life.plan.seed;
    std::string text;
    for (const auto& [check, found] : failed) {
        if (known.contains(check)) continue;
        text += fmt::format("seed {}: {} ({}): {}\n", seed, check, found.first, found.second);
    }
    for (const std::string& check : known) {
        if (failed.contains(check)) continue;
        text += fmt::format("seed {} is expected to fail in \"{}\", and does not\n", seed, check);
    }
    return text;
}

bool run(const Options& options, const Expected& expected, std::uint64_t seed, double& minutes) {
    const Plan plan =
        make_plan(seed, {.minutes = options.minutes, .faults_at_once = options.faults});
    Life life = live(plan);
    minutes += std::chrono::duration<double>(plan.lasts).count() / 60;
    std::erase_if(life.violations, [&](const Violation& violation) {
        return !options.check.empty() && violation.check != options.check;
    });
    const auto known = expected.find(seed);
    const std::string text =
        differences(life, known == expected.end() ? std::set<std::string>() : known->second);
    if (text.empty()) {
        if (options.seeds == 1) write_trace(options, life);
        return true;
    }
    std::cout << text << std::flush;
    if (options.shrinks && !life.violations.empty()) {
        life = live(shrink(plan, life.violations.front().check, 400));
        std::cout << life.plan.text() << text_of(life.violations) << std::flush;
    }
    write_trace(options, life);
    return false;
}

int run_all(const Options& options) {
    const auto begin = std::chrono::steady_clock::now();
    const auto elapsed = [begin] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    const Expected expected = read_expected(options.expected);
    double minutes = 0;
    std::uint64_t failed = 0;
    std::uint64_t lives = 0;
    for (; options.hours > 0 ? elapsed() < options.hours * 3600 : lives < options.seeds; ++lives) {
        if (!run(options, expected, options.seed + lives, minutes)) ++failed;
    }
    std::cout << fmt::format("{} lives, {:.0f} simulated minutes in {:.1f} s, {} failed\n", lives,
                             minutes, elapsed(), failed);
    return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace carillon::sim

int main(int argc, char** argv) {
    carillon::sim::Options options;
    CLI::App app("Lives of a cluster, each decided by a seed.");
    app.add_option("--seed", options.seed, "the first seed");
    app.add_option("--seeds", options.seeds, "how many lives");
    app.add_option("--minutes", options.minutes, "of each life; 0: the seed decides");
    app.add_option("--faults", options.faults, "most faults at once");
    app.add_option("--hours", options.hours, "goes on for so long, instead of --seeds");
    app.add_option("--check", options.check, "looks at this check only");
    app.add_option("--trace", options.trace,
                   "file for the trace of the last life that failed, or of the one");
    app.add_option("--expected", options.expected,
                   "file of seeds and checks that are known to fail");
    app.add_flag("--shrink", options.shrinks,
                 "makes the plan of a life that fails as small as it can");
    CLI11_PARSE(app, argc, argv);
    return carillon::sim::run_all(options);
}
