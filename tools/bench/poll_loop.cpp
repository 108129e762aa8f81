#include "poll_loop.hpp"

#include <algorithm>

#include "clock.hpp"

namespace carillon::bench {

void PollLoop::turn(std::int64_t until_ns) {
    constexpr std::int64_t wait_max_ns = 20'000'000;
    const std::int64_t begin = now_ns();
    const std::int64_t timeout =
        busy_ ? 0 : std::clamp<std::int64_t>(until_ns - begin, 0, wait_max_ns);
    const std::size_t found = ready_.wait(timeout);
    ++counts_.polls;
    if (found == 0) {
        ++counts_.empty_polls;
        counts_.idle_ns += now_ns() - begin;
        return;
    }
    ready_.dispatch();
}

}  // namespace carillon::bench
