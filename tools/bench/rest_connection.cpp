#include "rest_connection.hpp"

#include <array>

namespace carillon::bench {

void RestConnection::send(const std::string& request) {
    waiting_ = true;
    request_size_ = request.size();
    answer_.reset();
    if (!wire_.is_open()) {
        if (!wire_.open(destination_)) return finish({RestOutcome::Kind::unsent}, false);
        ready_.add(wire_.descriptor(), *this);
    }
    wire_.outbound() = request;
    flush();
}

void RestConnection::abandon() {
    if (waiting_) finish({RestOutcome::Kind::unanswered}, false);
    wire_.close();
}

void RestConnection::on_ready(bool hung_up) {
    if (wire_.is_open() && flush()) read(hung_up);
}

bool RestConnection::flush() {
    if (wire_.outbound().empty() || wire_.flush()) return true;
    fail();
    return false;
}

void RestConnection::read(bool hung_up) {
    std::array<char, 16384> buffer;
    bool drained = false;
    while (!drained || hung_up) {
        std::size_t size = 0;
        const Wire::Received received = wire_.read(buffer, size, drained);
        if (received == Wire::Received::nothing) return;
        if (received == Wire::Received::ended) {
            if (!waiting_) return wire_.close();
            if (!answer_.end()) return fail();
            return finish({RestOutcome::Kind::answered, answer_.status()}, false);
        }
        if (waiting_ && answer_.feed({buffer.data(), size})) {
            return finish({RestOutcome::Kind::answered, answer_.status()},
                          keep_alive_ && answer_.keeps_alive() && !hung_up);
        }
    }
}

void RestConnection::fail() {
    const bool untouched = wire_.outbound().size() == request_size_;
    finish({untouched ? RestOutcome::Kind::unsent : RestOutcome::Kind::unanswered}, false);
}

void RestConnection::finish(RestOutcome outcome, bool keep) {
    waiting_ = false;
    if (!keep) wire_.close();
    host_.on_outcome(number_, outcome);
}

}  // namespace carillon::bench
