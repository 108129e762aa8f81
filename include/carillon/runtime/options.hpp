#pragma once

#include <cstdint>

namespace carillon {

/// Options declare their names, bounds and descriptions: `describe` calls `setting(name, member,
/// min, max, description)` for numbers, and `setting(name, member, description)` for other types.
/// The module `config` reads the file, environment and flags with it, and prints the documentation.
/// A description gives the thing first, then its unit, then what 0 or "empty" means.
struct ShutdownOptions {
    std::uint32_t grace_seconds = 10;
    std::uint32_t readiness_pause_seconds = 0;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("grace_seconds", &ShutdownOptions::grace_seconds, 0, 3600,
                "Maximum duration of a stop after SIGTERM, in seconds: clients are told to "
                "reconnect elsewhere, requests and webhooks are finished, connections are closed. "
                "After it the server exits. 0: it exits at once.");
        setting("readiness_pause_seconds", &ShutdownOptions::readiness_pause_seconds, 0, 3600,
                "Part of the grace period, in seconds, for which the server still serves but "
                "reports that it is not ready, so that load balancers notice. 0: none.");
    }
};

}  // namespace carillon
