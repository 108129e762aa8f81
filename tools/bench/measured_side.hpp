#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "descriptor.hpp"
#include "ready_set.hpp"
#include "window.hpp"

namespace carillon::bench {

/// The side of a measurement that is measured: a child process on its own core, so that its CPU
/// time and memory are its own. This process is the peer.
class MeasuredSide final : private Pollable {
public:
    using Measure = std::function<std::vector<Window>()>;

    /// Forks. The child does `measure`, reports what that returns, and ends. It has copies of all
    /// descriptors, so whatever both sides use is made before; sets of the peer are made after.
    MeasuredSide(int core, const Measure& measure);
    /// Ends the child if it is not at its end.
    ~MeasuredSide();
    MeasuredSide(const MeasuredSide&) = delete;
    MeasuredSide& operator=(const MeasuredSide&) = delete;

    /// Serves `ready` without ever sleeping, with `turn` in between, until the child has reported.
    /// Throws std::runtime_error when the child failed, or on `interrupted`.
    template <class Turn>
    std::vector<Window> serve(ReadySet& ready, const std::atomic<bool>& interrupted, Turn&& turn) {
        ready.add(report_.get(), *this);
        while (!ended_) {
            if (interrupted) throw std::runtime_error("interrupted");
            turn();
            if (ready.wait(0) > 0) ready.dispatch();
        }
        return parse_report();
    }

private:
    void on_ready(bool hung_up) override;
    [[nodiscard]] std::vector<Window> parse_report() const;

    pid_t process_ = -1;
    Descriptor report_;
    std::string text_;
    bool ended_ = false;
};

}  // namespace carillon::bench
