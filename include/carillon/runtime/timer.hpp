#pragma once

#include <functional>
#include <memory>

#include "carillon/base/time.hpp"

namespace carillon {

class EventLoop;

/// A timer of its own, for waits that must be more exact than the ticks of `EventLoop::schedule`:
/// a few per shard, not one per connection. Belongs to the loop's thread.
class Timer {
public:
    /// `loop` must outlive the timer.
    explicit Timer(EventLoop& loop);
    /// Cancels.
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    /// Calls `expired` once, `after` from now, with the loop's time refreshed. A timer that is
    /// running starts anew, with this `expired` only.
    void start(Duration after, std::function<void()> expired);
    /// `expired` is not called any more, even if its time has come already.
    void cancel() noexcept;

private:
    struct Wait;
    std::shared_ptr<Wait> wait_;
};

}  // namespace carillon
