#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace carillon {

/// Writes lines to a descriptor from a thread of its own, in order, so that a shard that logs never
/// waits for the log's reader. If more than `bytes_max` would be queued, lines are dropped until
/// the thread takes the queue; after those lines it writes a notice of how many are missing.
/// Memory: the queue and what is being written, `bytes_max` each.
class LogWriter {
public:
    /// Makes the line that reports how many were dropped, with its newline. Called on the thread.
    using Notice = std::function<std::string(std::uint64_t dropped)>;

    /// `descriptor` stays open as long as the process runs. It may be shared with other processes,
    /// so it is left in blocking mode.
    LogWriter(int descriptor, std::size_t bytes_max, Notice notice);
    /// The thread is not joined, since it may be blocked in write(2) for ever. It ends when it has
    /// written the queue, or with the process.
    ~LogWriter();
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    /// Queues a line, which ends with its newline. Any thread; never waits for the output.
    void write(std::string_view line);
    /// Counts a line that could not even be formatted. Any thread.
    void drop();

    /// Waits until all that was queued before is written, or lost to an error. False if that takes
    /// longer than `at_most`.
    [[nodiscard]] bool flush(std::chrono::milliseconds at_most);

    /// Lines lost so far: those that did not fit, and those that write(2) failed for. Any thread.
    [[nodiscard]] std::uint64_t dropped() const noexcept;

private:
    struct State;
    static void run(State& state);

    std::shared_ptr<State> state_;  ///< shared with the thread, which may outlive this
};

}  // namespace carillon
