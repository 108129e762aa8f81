#include "process_usage.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <limits>
#include <string>

namespace carillon::bench {
namespace {

std::int64_t read_clock(clockid_t clock) {
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) return 0;
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void add_ticks(pid_t process, ProcessUsage& usage) {
    std::ifstream file(fmt::format("/proc/{}/stat", process));
    // The name in parentheses may hold anything; user time is the twelfth field after it.
    file.ignore(std::numeric_limits<std::streamsize>::max(), ')');
    std::string skipped;
    for (int field = 0; field < 11; ++field) file >> skipped;
    std::int64_t user = 0;
    std::int64_t system = 0;
    if (!(file >> user >> system)) return;
    const std::int64_t tick_ns = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
    usage.user_ns += user * tick_ns;
    usage.system_ns += system * tick_ns;
}

std::int64_t resident_bytes(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/statm", process));
    std::int64_t size = 0;
    std::int64_t resident = 0;
    file >> size >> resident;
    return file ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace

ProcessUsage usage_of(const std::vector<pid_t>& processes) {
    ProcessUsage usage;
    for (const pid_t process : processes) {
        clockid_t clock{};
        if (::clock_getcpuclockid(process, &clock) != 0) continue;
        usage.cpu_ns += read_clock(clock);
        add_ticks(process, usage);
        usage.resident_bytes += resident_bytes(process);
    }
    return usage;
}

std::int64_t machine_cpu_ns() {
    std::ifstream file("/proc/stat");
    std::string name;
    std::int64_t user = 0;
    std::int64_t nice = 0;
    std::int64_t system = 0;
    std::int64_t idle = 0;
    std::int64_t waiting = 0;
    std::int64_t interrupts = 0;
    std::int64_t soft_interrupts = 0;
    file >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft_interrupts;
    if (!file || name != "cpu") return 0;
    const std::int64_t ticks = user + nice + system + interrupts + soft_interrupts;
    return ticks * (1'000'000'000 / ::sysconf(_SC_CLK_TCK));
}

std::int64_t own_cpu_ns() {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

}  // namespace carillon::bench
