#include "measured_side.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "cores.hpp"

namespace carillon::bench {
namespace {

static_assert(std::is_trivially_copyable_v<Window>);
constexpr char succeeded = '+';  // What a report begins with; then come windows, or what failed.
constexpr char failed = '-';

std::string report_of(int core, const MeasuredSide::Measure& measure) {
    try {
        pin_to_core(core);
        const std::vector<Window> windows = measure();
        std::string report(1, succeeded);
        return report.append(reinterpret_cast<const char*>(windows.data()),
                             windows.size() * sizeof(Window));
    } catch (const std::exception& error) {
        return std::string(1, failed) + error.what();
    }
}

[[noreturn]] void run_child(pid_t parent, int core, const MeasuredSide::Measure& measure, int out) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(2);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    const std::string report = report_of(core, measure);
    // Much less than a pipe holds, so it is never written in parts.
    const ssize_t written = ::write(out, report.data(), report.size());
    ::_exit(written == static_cast<ssize_t>(report.size()) ? 0 : 2);
}

}  // namespace

MeasuredSide::MeasuredSide(int core, const Measure& measure) {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), "pipe2");
    report_ = Descriptor{ends[0]};
    const Descriptor child_end{ends[1]};
    const pid_t parent = ::getpid();
    process_ = checked(::fork(), "fork");
    if (process_ == 0) run_child(parent, core, measure, child_end.get());
}

MeasuredSide::~MeasuredSide() {
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void MeasuredSide::on_ready(bool /*hung_up*/) {
    std::array<char, 4096> buffer;
    ssize_t size = 0;
    while ((size = ::read(report_.get(), buffer.data(), buffer.size())) > 0) {
        text_.append(buffer.data(), static_cast<std::size_t>(size));
    }
    if (size == 0) ended_ = true;
}

std::vector<Window> MeasuredSide::parse_report() const {
    if (text_.empty()) throw std::runtime_error("the measured side ended without a report");
    if (text_[0] != succeeded) throw std::runtime_error(text_.substr(1));
    std::vector<Window> windows((text_.size() - 1) / sizeof(Window));
    std::memcpy(windows.data(), text_.data() + 1, windows.size() * sizeof(Window));
    return windows;
}

}  // namespace carillon::bench
