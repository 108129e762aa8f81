#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace carillon::bench {

/// What figures belong to.
struct Machine {
    std::string cpu;
    std::string kernel;
    unsigned cores = 0;
};

[[nodiscard]] Machine this_machine();
/// From the text of /proc/cpuinfo; empty if it does not say.
[[nodiscard]] std::string cpu_model(std::istream& cpuinfo);
[[nodiscard]] nlohmann::ordered_json to_json(const Machine& machine);

}  // namespace carillon::bench
