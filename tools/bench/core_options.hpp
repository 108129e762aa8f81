#pragma once

#include <CLI/CLI.hpp>
#include <optional>

namespace carillon::bench {

/// The flags that say which cores a measurement uses.
struct CoreOptions {
    std::optional<int> measured;
    std::optional<int> peer;

    void add_to(CLI::App& command) {
        command.add_option("--cpu", measured, "Core of what is measured; else the lowest free.");
        command.add_option("--peer-cpu", peer, "Core of its peer, which never sleeps.");
    }
};

}  // namespace carillon::bench
