#include "log_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace carillon {
namespace {

/// Whole lines of at most PIPE_BUF bytes, which are written to a pipe atomically: lines of other
/// processes that write to it stay whole, too. A longer line is written by itself.
std::string_view first_lines(std::string_view text) {
    std::size_t end = text.substr(0, PIPE_BUF).rfind('\n');
    if (end == text.npos) end = text.find('\n');
    return text.substr(0, end == text.npos ? end : end + 1);
}

/// Returns what could not be written.
std::string_view write_bytes(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // Another process that shares the descriptor has set it to non-blocking mode.
            pollfd writable{.fd = descriptor, .events = POLLOUT, .revents = 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return bytes;
        }
    }
    return {};
}

/// Returns how many lines could not be written.
std::uint64_t write_lines(int descriptor, std::string_view text) {
    std::uint64_t lost = 0;
    while (!text.empty()) {
        const std::string_view lines = first_lines(text);
        const std::string_view rest = write_bytes(descriptor, lines);
        lost += static_cast<std::uint64_t>(std::ranges::count(rest, '\n'));
        text.remove_prefix(lines.size());
    }
    return lost;
}

}  // namespace

struct LogWriter::State {
    /// Under the lock.
    [[nodiscard]] bool has_work() const { return !queued.empty() || dropped_since > 0; }

    void drop_under_lock() {
        ++dropped_since;
        dropped.fetch_add(1, std::memory_order_relaxed);
    }

    int descriptor = -1;
    std::size_t bytes_max = 0;
    Notice notice;
    std::atomic<std::uint64_t> dropped{0};

    std::mutex mutex;  ///< of what follows; never held while writing
    std::condition_variable work;
    std::condition_variable idle;
    std::string queued;               ///< whole lines
    std::uint64_t dropped_since = 0;  ///< behind the last line of `queued`
    bool writing = false;
    bool ended = false;
};

LogWriter::LogWriter(int descriptor, std::size_t bytes_max, Notice notice)
    : state_(std::make_shared<State>()) {
    state_->descriptor = descriptor;
    state_->bytes_max = bytes_max;
    state_->notice = std::move(notice);
    std::thread([state = state_] { run(*state); }).detach();
}

LogWriter::~LogWriter() {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->work.notify_one();
}

void LogWriter::write(std::string_view line) {
    State& state = *state_;
    const std::lock_guard lock(state.mutex);
    // After the first dropped line nothing is queued, not even a shorter one that fits, so that the
    // notice is exactly where lines are missing.
    if (state.dropped_since > 0 || line.size() > state.bytes_max - state.queued.size()) {
        state.drop_under_lock();
    } else {
        state.queued.append(line);
    }
    state.work.notify_one();
}

void LogWriter::drop() {
    const std::lock_guard lock(state_->mutex);
    state_->drop_under_lock();
    state_->work.notify_one();
}

bool LogWriter::flush(std::chrono::milliseconds at_most) {
    std::unique_lock lock(state_->mutex);
    return state_->idle.wait_for(lock, at_most,
                                 [this] { return !state_->writing && !state_->has_work(); });
}

std::uint64_t LogWriter::dropped() const noexcept {
    return state_->dropped.load(std::memory_order_relaxed);
}

void LogWriter::run(State& state) {
    std::uint64_t missing = 0;  // Not yet reported. A notice that fails waits for the next lines.
    std::unique_lock lock(state.mutex);
    for (;;) {
        state.work.wait(lock, [&state] { return state.ended || state.has_work(); });
        if (!state.has_work()) return;
        const std::string lines = std::exchange(state.queued, {});
        missing += std::exchange(state.dropped_since, 0);
        state.writing = true;
        lock.unlock();
        const std::uint64_t lost = write_lines(state.descriptor, lines);
        state.dropped.fetch_add(lost, std::memory_order_relaxed);
        missing += lost;
        if (missing > 0 && write_lines(state.descriptor, state.notice(missing)) == 0) missing = 0;
        lock.lock();
        state.writing = false;
        if (!state.has_work()) state.idle.notify_all();
    }
}

}  // namespace carillon
