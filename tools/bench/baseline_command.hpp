#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <string>

#include "core_options.hpp"

namespace carillon::bench {

/// `carillon-bench baseline`.
class BaselineCommand {
public:
    explicit BaselineCommand(CLI::App& app);

    [[nodiscard]] bool is_chosen() const { return command_->parsed(); }
    /// Exit status. Throws std::exception for what cannot be measured.
    int run(const std::atomic<bool>& interrupted) const;

private:
    CLI::App* command_;
    CoreOptions cores_;
    double seconds_ = 1;
    std::string json_;
};

}  // namespace carillon::bench
