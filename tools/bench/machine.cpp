#include "machine.hpp"

#include <sys/utsname.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace carillon::bench {

Machine this_machine() {
    utsname names{};
    ::uname(&names);
    std::ifstream cpuinfo("/proc/cpuinfo");
    return {cpu_model(cpuinfo), names.release, std::thread::hardware_concurrency()};
}

std::string cpu_model(std::istream& cpuinfo) {
    for (std::string line; std::getline(cpuinfo, line);) {
        if (!line.starts_with("model name")) continue;
        const std::size_t value = line.find(": ");
        return value == line.npos ? "" : line.substr(value + 2);
    }
    return {};
}

nlohmann::ordered_json to_json(const Machine& machine) {
    return {{"cpu", machine.cpu}, {"kernel", machine.kernel}, {"cores", machine.cores}};
}

}  // namespace carillon::bench
