#include "baseline_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "baseline_accept.hpp"
#include "baseline_fan_out.hpp"
#include "baseline_http.hpp"
#include "file_limit.hpp"
#include "ring_sender.hpp"
#include "sample_traffic.hpp"

namespace carillon::bench {
namespace {

class BaselineRun {
public:
    BaselineRun(const BaselineSetting& setting, std::ostream& progress)
        : setting_(setting), progress_(progress) {
        report_.cores = setting.cores;
        report_.seconds = setting.seconds;
        report_.frame_bytes = sample_frame().size();
        report_.request_bytes = sample_request("127.0.0.1:6001", true).size();
        report_.connections = baseline_connections(setting.seconds);
    }

    BaselineReport run() {
        fan_out("send", SendWay::plain, 1);
        fan_out("gathered", SendWay::gathered, 8);
        fan_out("gathered", SendWay::gathered, 32);
        for (const std::size_t frames : {1U, 8U, 32U}) fan_out("io_uring", SendWay::ring, frames);
        measure("accept", "connection",
                [this] { return measure_accept(setting_, report_.connections); });
        measure("http", "request", [this] { return measure_http(setting_, true); });
        measure("http-close", "request", [this] { return measure_http(setting_, false); });
        return std::move(report_);
    }

private:
    void fan_out(const char* by, SendWay way, std::size_t frames) {
        const std::string name = fmt::format("{}-{}", by, frames);
        if (way == SendWay::ring) {
            if (const std::string why = why_no_ring(); !why.empty()) {
                report_.figures.push_back({name, "delivery", {}, {}, {}, why});
                return;
            }
        }
        measure(name, "delivery", [&] { return measure_fan_out(setting_, way, frames); });
    }

    template <class Measure>
    void measure(const std::string& name, const char* operation, Measure&& measure) {
        const auto& only = setting_.only;
        if (!only.empty() && std::ranges::find(only, name) == only.end()) return;
        progress_ << "baseline: " << name << '\n' << std::flush;
        report_.figures.push_back(baseline_figure(name, operation, measure()));
    }

    const BaselineSetting& setting_;
    std::ostream& progress_;
    BaselineReport report_;
};

}  // namespace

BaselineReport run_baseline(const BaselineSetting& setting, std::ostream& progress) {
    raise_file_limit();
    pin_to_core(setting.cores.peer);
    return BaselineRun(setting, progress).run();
}

}  // namespace carillon::bench
