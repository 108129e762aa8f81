#include "baseline_command.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "baseline_run.hpp"
#include "output_file.hpp"

namespace carillon::bench {

BaselineCommand::BaselineCommand(CLI::App& app)
    : command_(app.add_subcommand(
          "baseline",
          "Measures what this machine needs to send, to accept and to answer HTTP, "
          "without any server.")) {
    cores_.add_to(*command_);
    command_
        ->add_option("--duration", seconds_, "Seconds per window; each figure has three windows.")
        ->check(CLI::Range(0.001, 60.0))
        ->capture_default_str();
    command_
        ->add_option("--json", json_,
                     "Write the figures as JSON too; - for standard output, then only that.")
        ->type_name("FILE");
}

int BaselineCommand::run(const std::atomic<bool>& interrupted) const {
    const CorePair cores = choose_cores(cores_.measured, cores_.peer, allowed_cores());
    const BaselineReport report = run_baseline({cores, seconds_, interrupted}, std::cerr);
    if (json_ != "-") std::cout << to_text(report);
    if (!json_.empty()) write_output(json_, to_json(report).dump(2) + '\n');
    return 0;
}

}  // namespace carillon::bench
