#include "suite_command.hpp"

#include <iostream>

#include "output_file.hpp"

namespace carillon::bench {

SuiteCommand::SuiteCommand(CLI::App& app)
    : command_(app.add_subcommand(
          "suite",
          "Measures the baseline, then a server under every load of a list, several times "
          "each, and compares the figures with targets and the baseline.")) {
    add_runs();
    add_output();
}

void SuiteCommand::add_runs() {
    command_
        ->add_option("--server", options_.server,
                     "The server's program. It is started anew for each run.")
        ->type_name("PROGRAM")
        ->check(CLI::ExistingFile)
        ->required();
    command_
        ->add_option("--server-arg", options_.server_args,
                     "Something more for its command line; --server-arg=--x for what looks like a "
                     "flag. May be repeated.")
        ->type_name("ARG")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    std::string names;
    for (const Scenario& scenario : all_scenarios()) {
        names.append(names.empty() ? "" : ", ").append(scenario.name);
    }
    command_
        ->add_option("--scenario", options_.scenarios,
                     "One of " + names + ". May be repeated; without it all are run.")
        ->type_name("NAME")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    const std::map<std::string, Flusher> flushers{{"gathered", Flusher::gathered},
                                                  {"io_uring", Flusher::io_uring}};
    command_
        ->add_option("--flusher", options_.flusher,
                     "What the server is told to send with, and whose targets count: gathered "
                     "unless told.")
        ->transform(CLI::Transformer(flushers).description("gathered|io_uring"));
    command_->add_option("--runs", options_.runs, "Runs of each scenario.")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command_->add_option("--duration", options_.seconds, "Seconds per run.")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    cores_.add_to(*command_);
}

void SuiteCommand::add_output() {
    const auto file = [this](const char* name, std::string& value, const char* meaning) {
        return command_->add_option(name, value, meaning)->type_name("FILE");
    };
    file("--json", json_, "Write everything as JSON; - for standard output.");
    file("--markdown", markdown_, "Write a table for documents; - for standard output.");
    CLI::Option* const commit =
        command_->add_option("--commit", options_.commit, "What the server was built from.");
    file("--history", history_,
         "Append a line of JSON to this file, and say how figures changed since the last line of "
         "the same machine.")
        ->needs(commit);
}

int SuiteCommand::run(const std::atomic<bool>& interrupted) {
    options_.cores = choose_cores(cores_.measured, cores_.peer, allowed_cores());
    // Before anything is measured, since a file that is broken would stop it afterwards.
    const auto past = history_.empty() ? std::vector<HistoryLine>{} : read_history(history_);
    const SuiteReport report = run_suite(options_, std::cerr, interrupted);
    write(report);
    if (!history_.empty()) {
        if (report.is_clean()) append_history(history_, history_line(report));
        write_changes(report, past);
    }
    return report.is_clean() ? 0 : 1;
}

void SuiteCommand::write(const SuiteReport& report) const {
    if (json_ != "-" && markdown_ != "-") {
        std::cout << to_text(report.baseline);
        for (const ScenarioReport& scenario : report.scenarios) std::cout << to_text(scenario);
        std::cout << std::flush;
    }
    if (!json_.empty()) write_output(json_, to_json(report).dump(2) + '\n');
    if (!markdown_.empty()) write_output(markdown_, to_markdown(report));
}

void SuiteCommand::write_changes(const SuiteReport& report,
                                 std::span<const HistoryLine> past) const {
    // Standard output may be what a program reads.
    std::ostream& out = json_ == "-" || markdown_ == "-" ? std::cerr : std::cout;
    const std::vector<Change> found = changes(report, past);
    out << (found.empty() ? "nothing in the history to compare with\n" : "since the last time\n");
    for (const Change& change : found) out << to_text(change);
    out << std::flush;
}

}  // namespace carillon::bench
