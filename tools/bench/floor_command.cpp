#include "floor_command.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "floor_run.hpp"
#include "output_file.hpp"

namespace carillon {

FloorCommand::FloorCommand(CLI::App& app)
    : command_(app.add_subcommand(
          "floor",
          "Measures what this machine needs to send, to accept and to answer HTTP, "
          "without any server.")) {
    cores_.add_to(*command_);
    command_->add_option("--duration", seconds_, "Seconds a stretch; there are three of each.")
        ->check(CLI::Range(0.001, 60.0))
        ->capture_default_str();
    command_
        ->add_option("--json", json_,
                     "Write the figures as JSON too; - for standard output, then only that.")
        ->type_name("FILE");
}

int FloorCommand::run(const std::atomic<bool>& interrupted) const {
    const CorePair cores = choose_cores(cores_.measured, cores_.peer, allowed_cores());
    const FloorReport report = run_floor({cores, seconds_, interrupted}, std::cerr);
    if (json_ != "-") std::cout << to_text(report);
    if (!json_.empty()) write_output(json_, to_json(report).dump(2) + '\n');
    return 0;
}

}  // namespace carillon
