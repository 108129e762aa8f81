#include "fallback_session.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "carillon/protocol/fallback_frames.hpp"

namespace carillon {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds receiverless_max = 5s;
constexpr std::chrono::seconds close_line_kept = 5s;
constexpr std::chrono::seconds longest_heartbeat = 25s;
constexpr std::chrono::seconds longest_silence = 60s;
constexpr std::size_t poll_bytes_max = 131072;
constexpr std::size_t backlog_bytes_max = 4194304;
constexpr std::size_t burst_max = 16;  // Times the limit, while the client reads as fast as it can.

}  // namespace

FallbackSession::FallbackSession(EventLoop& loop, const ConnectionOptions& options,
                                 ShardMetrics& metrics, std::function<void()> forget)
    : Client(metrics),
      loop_(loop),
      options_(options),
      forget_(std::move(forget)),
      last_received_(loop.now()),
      last_written_(loop.now()),
      receiverless_since_(loop.now()) {
    queue_.push(Frame::copy_of(fallback_open));
}

void FallbackSession::poll(const HttpReply& reply, std::vector<HttpField> fields) {
    detach();
    transport_ = "xhr_polling";
    poll_.emplace(Poll{++polls_, reply, std::move(fields)});
    reply.when_lost([weak = weak_from_this(), id = polls_] {
        if (const auto self = weak.lock()) self->on_poll_lost(id);
    });
    attached();
}

void FallbackSession::stream(const HttpReply& reply, std::string_view head) {
    detach();
    transport_ = "xhr_streaming";
    const auto stream = std::make_shared<FallbackStream>(loop_, weak_from_this());
    TcpStream* const taken = reply.take_over(stream);
    if (taken == nullptr) return;
    stream->start(*taken, head);
    stream_ = stream;
    attached();
}

void FallbackSession::attached() {
    last_received_ = last_written_ = loop_.now();
    if (is_closed() && queue_.empty()) write(close_line_);
    flush_later();
    schedule_check();
}

void FallbackSession::detach() {
    if (poll_) answer_poll(std::string(fallback_heartbeat));
    if (!stream_) return;
    std::exchange(stream_, nullptr)->finish();
    receiverless_since_ = loop_.now();
}

void FallbackSession::on_xhr_send(std::string_view body, std::function<void(int status)> answer) {
    if (is_closed()) return answer(404);
    auto messages = parse_fallback_send(body);
    if (!messages) return answer(500);
    last_received_ = loop_.now();
    if (messages->empty()) acknowledge();
    const bool waits = backlog_ != nullptr;
    if (!waits) backlog_ = std::make_unique<Backlog>(*this);
    backlog_->bytes += body.size();
    backlog_->sent.push_back({std::move(*messages), 0, std::move(answer)});
    if (!waits) return pass_on_sent();
    // Clients send one request at a time, so this one is none of ours.
    if (backlog_->bytes > backlog_bytes_max) refuse_as_too_slow();
}

void FallbackSession::pass_on_sent() {
    while (!backlog_->sent.empty()) {
        Sent& sent = backlog_->sent.front();
        while (sent.next < sent.messages.size()) {
            const std::string message = std::move(sent.messages[sent.next++]);
            if (message.size() > options_.max_message_bytes) {
                refuse(Errc::websocket_too_big, "Message too large");
                return answer_sent(413);
            }
            receive(message);
            const Duration wait = backpressure();
            if (!is_closed() && wait > Duration{}) return loop_.schedule(*backlog_, wait);
        }
        const auto answer = std::move(sent.answer);
        backlog_->sent.pop_front();
        answer(204);
    }
    backlog_.reset();
}

void FallbackSession::answer_sent(int status) {
    const auto backlog = std::move(backlog_);
    if (!backlog) return;
    for (const Sent& sent : backlog->sent) sent.answer(status);
}

void FallbackSession::acknowledge() {
    if (too_slow_) return;
    if (!has_room(fallback_empty.size())) return drop_as_too_slow();
    write(fallback_empty);
}

void FallbackSession::send(OutboundMessage& message) {
    if (is_closed() || too_slow_) return;
    ++metrics().messages_sent;
    const Frame& line = message.fallback_line();
    if (!has_room(line.size())) return drop_as_too_slow();
    if (!streams_at_once()) {
        queue_.push(line);
        return flush_later();
    }
    stream_->send(message.fallback_chunk(), line.size());
    last_written_ = loop_.now();
}

bool FallbackSession::streams_at_once() const noexcept {
    return stream_ && !stream_->full() && queue_.empty();
}

bool FallbackSession::has_room(std::size_t size) const noexcept {
    const bool at_once = streams_at_once();
    const bool streams = stream_ && !stream_->full();
    const bool keeps_up = streams ? !stream_->stream().blocked() : poll_.has_value();
    const std::size_t waiting = at_once ? stream_->stream().queued_bytes() : queue_.footprint();
    const std::size_t max = options_.max_queued_bytes;
    return waiting + size <= (keeps_up ? max * burst_max : max);
}

void FallbackSession::drop_as_too_slow() {
    too_slow_ = true;
    queue_.clear();
    if (stream_) stream_->drop_queued();
    // A fan-out may be iterating over the channel's subscribers, which closing this client changes.
    loop_.defer([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->is_closed()) return;
        self->too_slow_ = false;
        self->refuse_as_too_slow();
    });
}

void FallbackSession::end(const Error& why) {
    // `refuse` destroys the connection, whose call this is.
    loop_.defer([weak = weak_from_this(), why] {
        const auto self = weak.lock();
        if (self && !self->is_closed()) self->refuse(why.code, why.what);
    });
}

void FallbackSession::close(int code, std::string_view reason) {
    if (is_closed()) return;
    close_line_ = fallback_close(code, reason);
    closed_since_ = loop_.now();
    write(close_line_);
    schedule_check();
    on_closed(code);
}

void FallbackSession::write(std::string_view line) {
    queue_.push(Frame::copy_of(line));
    flush_later();
}

void FallbackSession::flush_later() {
    if (!has_receiver() || std::exchange(flush_is_due_, true)) return;
    // All lines of one turn go into one response.
    loop_.defer([self = shared_from_this()] { self->flush(); });
}

void FallbackSession::flush() {
    flush_is_due_ = false;
    if (queue_.empty()) return;
    if (poll_) {
        answer_poll(take_lines(poll_bytes_max));
    } else if (stream_) {
        while (!queue_.empty() && !stream_->full()) stream_->send(take_lines(1));
    }
    last_written_ = loop_.now();
    if (!is_closed() || !queue_.empty()) return;
    detach();
    ListHook<ClientList>::unlink();
}

std::string FallbackSession::take_lines(std::size_t bytes_max) {
    std::string lines;
    std::array<iovec, 1> first;
    while (queue_.gather(first).vectors > 0) {
        if (!lines.empty() && lines.size() + first[0].iov_len > bytes_max) break;
        lines.append(static_cast<const char*>(first[0].iov_base), first[0].iov_len);
        queue_.consume(first[0].iov_len);
    }
    return lines;
}

void FallbackSession::answer_poll(std::string lines) {
    const Poll poll = std::move(*poll_);
    poll_.reset();
    receiverless_since_ = loop_.now();
    schedule_check();
    poll.reply.send(
        {.body = std::move(lines), .content_type = fallback_content_type, .headers = poll.fields});
}

void FallbackSession::on_poll_lost(std::uint64_t id) {
    if (!poll_ || poll_->id != id) return;
    poll_.reset();
    receiverless_since_ = loop_.now();
    schedule_check();
}

void FallbackSession::on_receiver_lost(const FallbackStream& stream) {
    if (stream_.get() != &stream) return;
    stream_.reset();
    receiverless_since_ = loop_.now();
    schedule_check();
}

void FallbackSession::schedule_check() {
    loop_.schedule(*this, std::max(Duration{}, next_check() - loop_.now()));
}

TimePoint FallbackSession::next_check() const noexcept {
    if (is_closed()) return closed_since_ + close_line_kept;
    if (!has_receiver()) return receiverless_since_ + receiverless_max;
    return std::min(last_received_ + silence_max(), next_heartbeat());
}

TimePoint FallbackSession::next_heartbeat() const noexcept {
    if (stream_ && stream_->full()) return TimePoint::max();
    const auto after =
        std::min(longest_heartbeat, std::chrono::seconds(options_.activity_timeout_seconds));
    // A client to which much is sent is still asked for a sign of life: it answers a heartbeat.
    return std::min(last_written_, std::max(last_received_, last_heartbeat_)) + after;
}

std::chrono::seconds FallbackSession::silence_max() const noexcept {
    return std::min(longest_silence, std::chrono::seconds(options_.activity_timeout_seconds) +
                                         std::chrono::seconds(options_.pong_timeout_seconds));
}

void FallbackSession::on_timeout(TimePoint now) {
    const auto self = shared_from_this();
    if (is_closed() || !has_receiver()) {
        if (now < next_check()) return schedule_check();
        detach();  // A full stream, whose client did not return for the close line.
        on_closed(1006);
        answer_sent(404);
        return forget_();
    }
    if (now >= last_received_ + silence_max()) {
        return refuse(Errc::pong_not_received, "Pong reply not received");
    }
    if (now >= next_heartbeat()) {
        last_heartbeat_ = now;
        write(fallback_heartbeat);
    }
    schedule_check();
}

}  // namespace carillon
