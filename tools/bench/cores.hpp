#pragma once

#include <optional>
#include <span>
#include <vector>

namespace carillon::bench {

/// One core for what is measured, another for the peer that never sleeps.
struct CorePair {
    int measured = 0;
    int peer = 1;
};

/// Cores this process may run on, lowest first.
[[nodiscard]] std::vector<int> allowed_cores();

/// What is not given is the lowest of `allowed` that is free. Throws std::runtime_error unless that
/// makes two.
[[nodiscard]] CorePair choose_cores(std::optional<int> measured, std::optional<int> peer,
                                    std::span<const int> allowed);

/// This process, and what it starts, run on that core only. Throws std::system_error.
void pin_to_core(int core);

}  // namespace carillon::bench
