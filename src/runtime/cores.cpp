#include "carillon/runtime/cores.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>

namespace carillon {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

double quota_of_cgroup_v2() {
    std::ifstream file("/sys/fs/cgroup/cpu.max");
    std::string quota;  // "max" or microseconds
    double period = 0;
    if (!(file >> quota >> period) || quota == "max" || period <= 0) return unlimited;
    return std::strtod(quota.c_str(), nullptr) / period;
}

double quota_of_cgroup_v1() {
    double quota = 0;
    double period = 0;
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota;
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
    return quota > 0 && period > 0 ? quota / period : unlimited;
}

}  // namespace

unsigned usable_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    const bool known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
    const double cores = known ? CPU_COUNT(&allowed) : 1;
    const double quota = std::min(quota_of_cgroup_v2(), quota_of_cgroup_v1());
    return static_cast<unsigned>(std::max(1.0, std::ceil(std::min(cores, quota))));
}

}  // namespace carillon
