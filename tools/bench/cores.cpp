#include "cores.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace carillon::bench {

std::vector<int> allowed_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    ::sched_getaffinity(0, sizeof set, &set);
    std::vector<int> cores;
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(static_cast<std::size_t>(core), &set)) cores.push_back(core);
    }
    return cores;
}

CorePair choose_cores(std::optional<int> measured, std::optional<int> peer,
                      std::span<const int> allowed) {
    const auto other_than = [allowed](std::optional<int> taken) -> std::optional<int> {
        const auto found =
            std::ranges::find_if(allowed, [taken](int core) { return core != taken; });
        return found == allowed.end() ? std::nullopt : std::optional{*found};
    };
    if (!measured) measured = other_than(peer);
    if (!peer) peer = other_than(measured);
    if (!measured || !peer || *measured == *peer) {
        throw std::runtime_error("what is measured and its peer need a core each");
    }
    return {*measured, *peer};
}

void pin_to_core(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (core >= 0 && core < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(core), &set);
    if (::sched_setaffinity(0, sizeof set, &set) != 0) {
        throw std::system_error(errno, std::generic_category(), fmt::format("core {}", core));
    }
}

}  // namespace carillon::bench
