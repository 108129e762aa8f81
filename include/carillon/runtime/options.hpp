#pragma once

#include <cstdint>

namespace carillon {

/// Options say their own names, bounds and descriptions: `describe` calls
/// `setting(name, member, min, max, description)` for numbers and `setting(name, member,
/// description)` for the rest. The module `config` reads files, environment and flags with it, and
/// writes the documentation.
struct ShutdownOptions {
    std::uint32_t grace_seconds = 10;
    std::uint32_t readiness_pause_seconds = 0;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("grace_seconds", &ShutdownOptions::grace_seconds, 0, 3600,
                "After SIGTERM, the time for everything: telling clients to reconnect elsewhere, "
                "finishing requests, closing. Then the server exits whatever is left.");
        setting("readiness_pause_seconds", &ShutdownOptions::readiness_pause_seconds, 0, 3600,
                "Part of the grace: how long to go on serving after SIGTERM so that load balancers "
                "notice first.");
    }
};

}  // namespace carillon
