#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <string>

#include "core_options.hpp"
#include "history.hpp"
#include "suite_run.hpp"

namespace carillon::bench {

/// `carillon-bench suite`.
class SuiteCommand {
public:
    explicit SuiteCommand(CLI::App& app);

    [[nodiscard]] bool is_chosen() const { return command_->parsed(); }
    /// Exit status: 0 when every run was clean, 1 when not. Throws std::exception for what cannot
    /// be measured.
    int run(const std::atomic<bool>& interrupted);

private:
    void add_runs();
    void add_output();
    void write(const SuiteReport& report) const;
    void write_changes(const SuiteReport& report, std::span<const HistoryLine> past) const;

    CLI::App* command_;
    CoreOptions cores_;
    SuiteOptions options_;
    std::string json_;
    std::string markdown_;
    std::string history_;
};

}  // namespace carillon::bench
