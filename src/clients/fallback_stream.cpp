#include "fallback_stream.hpp"

#include <chrono>
#include <utility>

#include "carillon/protocol/fallback_frames.hpp"
#include "fallback_session.hpp"

namespace carillon {
namespace {

// pusher-js sends a new request when it has received and handled more than this.
constexpr std::size_t line_bytes_max = 262144;
constexpr std::chrono::seconds discard_time_max{3};

}  // namespace

void FallbackStream::start(TcpStream& stream, std::string_view head) {
    stream_ = &stream;
    stream_->send(Frame::copy_of(head));
    send(fallback_prelude());
    stream_->await_drain();
}

void FallbackStream::send(const Frame& chunk, std::size_t line_bytes) {
    stream_->send(chunk);
    line_bytes_ += line_bytes;
}

void FallbackStream::send(std::string_view line) {
    send(Frame::copy_of(fallback_chunk(line)), line.size());
}

bool FallbackStream::full() const noexcept {
    return line_bytes_ > line_bytes_max;
}

void FallbackStream::drop_queued() {
    if (!head_is_sent_) return;
    stream_->drop_queued();
    line_bytes_ = 0;
}

void FallbackStream::finish() {
    session_.reset();
    stream_->send(Frame::copy_of(fallback_last_chunk));
    stream_->finish_sending();
    loop_.schedule(*this, discard_time_max);
}

void FallbackStream::on_end() {
    report_lost();
    loop_.schedule(*this, discard_time_max);
    stream_->close_when_sent();
}

void FallbackStream::on_lost() {
    cancel();
    report_lost();
}

void FallbackStream::report_lost() {
    const auto session = std::exchange(session_, {}).lock();
    if (session) session->on_receiver_lost(*this);
}

}  // namespace carillon
