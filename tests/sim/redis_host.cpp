#include "redis_host.hpp"

#include <algorithm>
#include <utility>

namespace carillon::sim {
namespace {

/// When a simulation begins, by the server's clock: 29 November 2025.
constexpr std::int64_t begin_us = 1'764'404'000'000'000;

std::int64_t microseconds(TimePoint time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

RedisHost::RedisHost(VirtualTime& time, std::uint64_t seed)
    : time_(time),
      twin_(seed, [this] { return begin_us + microseconds(time_.now()) + clock_offset_us_; }) {}

void RedisHost::enter(Work work) {
    if (!is_up_) return;
    if (is_paused_) {
        waiting_.push_back(std::move(work));
    } else {
        work();
    }
}

void RedisHost::pause() {
    is_paused_ = true;
}

void RedisHost::resume() {
    is_paused_ = false;
    for (const auto& work : std::exchange(waiting_, {})) work();
}

void RedisHost::stop() {
    is_up_ = false;
    is_paused_ = false;
    waiting_.clear();
    for (RedisPipe* const pipe : std::exchange(pipes_, {})) {
        pipe->end_at_server();
        pipe->to_client([pipe] { pipe->lose(); });
    }
}

void RedisHost::start(Keyspace data) {
    ++process_;
    twin_.restart(std::move(data));
    is_up_ = true;
}

void RedisPath::cut() {
    is_cut = true;
    drop();
}

void RedisPath::drop() {
    for (const auto& pipe : std::vector(pipes_)) pipe->lose();
}

void RedisPath::stall() {
    is_stalled = true;
}

void RedisPath::heal() {
    is_cut = is_stalled = false;
    for (const auto& work : std::exchange(held_, {})) work();
}

void RedisPath::arrive(Work work) {
    if (is_stalled) {
        held_.push_back(std::move(work));
    } else {
        work();
    }
}

std::shared_ptr<RedisPipe> RedisPipe::open(RedisPath& path, Deliver deliver, Events events) {
    std::shared_ptr<RedisPipe> pipe(new RedisPipe(path, std::move(deliver), std::move(events)));
    path.pipes_.push_back(pipe);
    pipe->connect();
    return pipe;
}

RedisPipe::~RedisPipe() {
    end_at_server();
}

void RedisPipe::connect() {
    if (path_.is_cut) return to_client([this] { lose(); });
    to_server([this] {
        is_open_at_server_ = true;
        path_.host.pipes_.push_back(this);
        to_client([this, run_id = path_.host.twin().run_id()] { events_.on_ready(run_id); });
    });
}

void RedisPipe::to_server(Work work) {
    VirtualTime& time = path_.host.time();
    last_to_server_ = std::max(last_to_server_, time.now() + path_.delay());
    time.at(last_to_server_,
            [self = shared_from_this(), process = path_.host.process_, work = std::move(work)] {
                self->path_.arrive([self, process, work] { self->reach(process, work); });
            });
}

void RedisPipe::reach(std::uint64_t process, const Work& work) {
    RedisHost& host = path_.host;
    if (is_late_ && late_until_ == TimePoint::max()) {
        late_until_ = host.time().now() + path_.random.between(Duration{}, std::chrono::seconds(8));
    }
    if (is_late_ && host.time().now() < late_until_) {
        return host.time().at(late_until_, [self = shared_from_this(), process, work] {
            self->reach(process, work);
        });
    }
    // A connection leads to one process for its whole life.
    if (!host.is_up() || host.process_ != process) {
        return to_client([this] { lose(); });
    }
    host.enter([self = shared_from_this(), work] { work(); });
}

void RedisPipe::become_late() {
    is_late_ = path_.random.chance(0.4);
}

void RedisPipe::to_client(Work work) {
    VirtualTime& time = path_.host.time();
    last_to_client_ = std::max(last_to_client_, time.now() + path_.delay());
    auto arrive = [self = shared_from_this(), work = std::move(work)] {
        if (!self->is_open_) return;
        self->deliver_([self, work] {
            if (self->is_open_) work();
        });
    };
    time.at(last_to_client_, [&path = path_, arrive = std::move(arrive)] { path.arrive(arrive); });
}

void RedisPipe::send(std::vector<std::string> words, Answer answer, Answer on_executed) {
    to_server([this, words = std::move(words), answer = std::move(answer),
               on_executed = std::move(on_executed)]() mutable {
        if (!is_open_at_server_) return;
        const std::vector<std::string_view> views(words.begin(), words.end());
        Resp reply = path_.host.twin().run(views);
        if (on_executed) on_executed(reply);
        to_client([reply = std::move(reply), answer = std::move(answer)] { answer(reply); });
    });
}

void RedisPipe::subscribe(std::string channel) {
    to_server([this, channel = std::move(channel)] {
        if (!is_open_at_server_) return;
        path_.host.twin().subscribe(*this, channel);
        to_client([this, channel] { events_.on_subscribed(channel); });
    });
}

void RedisPipe::unsubscribe(std::string channel) {
    to_server([this, channel = std::move(channel)] {
        if (is_open_at_server_) path_.host.twin().unsubscribe(*this, channel);
    });
}

void RedisPipe::on_message(std::string_view channel, std::string_view message) {
    if (path_.loss > 0 && path_.random.chance(path_.loss)) return;
    to_client([this, channel = std::string(channel), message = std::string(message)] {
        events_.on_message(channel, message);
    });
}

void RedisPipe::close() {
    is_listening_ = false;
    if (!is_open_) return;
    is_open_ = false;
    become_late();
    // After whatever is on its way, however long that takes.
    to_server([this] { end_at_server(); });
    release();
}

void RedisPipe::lose() {
    if (!is_open_) return;
    // Most of what is on its way arrives; sometimes nothing does.
    if (path_.random.chance(0.3)) end_at_server();
    is_open_ = false;
    become_late();
    to_server([this] { end_at_server(); });
    deliver_([self = shared_from_this()] {
        if (self->is_listening_) self->events_.on_lost("the connection is lost");
    });
    release();
}

void RedisPipe::end_at_server() {
    if (!is_open_at_server_) return;
    is_open_at_server_ = false;
    path_.host.twin().drop(*this);
    std::erase(path_.host.pipes_, this);
}

void RedisPipe::release() {
    std::erase_if(path_.pipes_, [this](const auto& pipe) { return pipe.get() == this; });
}

}  // namespace carillon::sim
