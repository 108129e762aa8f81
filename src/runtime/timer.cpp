#include "carillon/runtime/timer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// Shared with the handler, which Asio may have queued already when the timer is cancelled or
/// destroyed.
struct Timer::Wait {
    EventLoop& loop;
    boost::asio::steady_timer timer;
    std::function<void()> expired;
    unsigned starts = 0;
};

Timer::Timer(EventLoop& loop)
    : wait_(new Wait{loop, boost::asio::steady_timer(loop.context()), nullptr}) {}

Timer::~Timer() {
    cancel();
}

void Timer::start(Duration after, std::function<void()> expired) {
    wait_->expired = std::move(expired);
    wait_->timer.expires_after(after);
    wait_->timer.async_wait(
        [wait = wait_, start = ++wait_->starts](boost::system::error_code error) {
            if (error || !wait->expired || start != wait->starts) return;
            wait->loop.refresh_time();
            std::exchange(wait->expired, nullptr)();
        });
}

void Timer::cancel() noexcept {
    wait_->expired = nullptr;
    wait_->timer.cancel();
}

}  // namespace carillon
