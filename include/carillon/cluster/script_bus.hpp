#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "carillon/base/time.hpp"
#include "carillon/cluster/script.hpp"
#include "carillon/cluster/script_value.hpp"

namespace carillon {

/// Why a script has no reply.
enum class ScriptFailure : std::uint8_t {
    out_of_memory,  ///< Redis refused it; nothing changed
    error,          ///< it failed on what it found in Redis
    malformed,      ///< its reply cannot be decoded
};

/// The reply of a script, or why there is none.
template <class Reply>
class ScriptResult {
public:
    ScriptResult(Reply reply) : reply_(std::move(reply)) {}
    ScriptResult(ScriptFailure failure) : failure_(failure) {}

    explicit operator bool() const noexcept { return reply_.has_value(); }
    /// Only if there is a reply.
    const Reply& operator*() const noexcept { return *reply_; }
    const Reply* operator->() const noexcept { return &*reply_; }
    /// Only if there is no reply.
    [[nodiscard]] ScriptFailure failure() const noexcept { return failure_; }

private:
    std::optional<Reply> reply_;
    ScriptFailure failure_ = ScriptFailure::malformed;
};

/// Who uses a bus. None of these is called from within a call of the bus.
class ScriptBusObserver {
public:
    virtual ~ScriptBusObserver() = default;
    /// Connected to the server process `run_id`, which knows the scripts. No subject is subscribed.
    virtual void on_up(std::string_view run_id) = 0;
    /// The connection is lost, or an attempt to connect has failed. What was called before gets no
    /// answer; whether it was carried out is not known.
    virtual void on_down(std::string_view why) = 0;
    virtual void on_message(std::string_view subject, std::string_view message) = 0;
    /// A `subscribe` is in effect; these come in the order of the calls.
    virtual void on_subscribed(std::string_view subject) = 0;
    /// A script failed on the keys of `prefix`, or its reply is malformed. Its caller learns of it
    /// afterwards. `what`: for the log; may repeat data of the partition.
    virtual void on_script_failure(Script script, std::string_view prefix,
                                   std::string_view what) = 0;
};

/// A shard's way to Redis, as the cluster's logic sees it: runs scripts, publishes, subscribes.
/// Calls of scripts and `publish` reach Redis in their order, and are answered in it; messages and
/// confirmations of subscriptions come in an order of their own. A lost connection is made again
/// until `close`. One shard.
class ScriptBus {
public:
    virtual ~ScriptBus() = default;

    /// Connects; `observer` must outlive the bus or its `close`.
    void open(ScriptBusObserver& observer) {
        observer_ = &observer;
        connect();
    }
    /// Nothing is called any more.
    virtual void close() = 0;
    [[nodiscard]] virtual bool is_up() const noexcept = 0;

    /// Runs a script; only while up. `prefix`: of the partition's keys; must outlive the bus.
    /// `answer` is called with a `ScriptResult<Request::Reply>`, whose texts hold during the call,
    /// unless the connection is lost before. What `request` views must live during this call only.
    template <class Request, class Answer>
    void run(std::string_view prefix, const Request& request, Answer answer) {
        using Reply = typename Request::Reply;
        ScriptArguments arguments;
        request.encode(arguments);
        call(Request::script, prefix, arguments,
             [this, prefix, answer = std::move(answer)](const RawReply& raw) {
                 if (raw.failure) {
                     if (*raw.failure != ScriptFailure::out_of_memory) {
                         observer_->on_script_failure(Request::script, prefix, raw.error);
                     }
                     return answer(ScriptResult<Reply>(*raw.failure));
                 }
                 if (auto reply = Reply::decode(raw.value)) {
                     return answer(ScriptResult<Reply>(*std::move(reply)));
                 }
                 observer_->on_script_failure(Request::script, prefix, "a malformed reply");
                 answer(ScriptResult<Reply>(ScriptFailure::malformed));
             });
    }

    /// The following only while up.
    virtual void publish(std::string_view subject, std::string_view message) = 0;
    virtual void subscribe(std::string_view subject) = 0;
    virtual void unsubscribe(std::string_view subject) = 0;

    /// Sends what was called since the last flush.
    virtual void flush() = 0;

    /// Calls without an answer.
    [[nodiscard]] virtual std::size_t in_flight() const noexcept = 0;
    /// When the oldest of these was made.
    [[nodiscard]] virtual std::optional<TimePoint> waits_since() const noexcept = 0;
    /// When Redis last answered a call.
    [[nodiscard]] virtual TimePoint answered() const noexcept = 0;

protected:
    /// What a script returned; or why it did not, and the error as Redis words it.
    struct RawReply {
        ScriptValue value = {};
        std::optional<ScriptFailure> failure = {};
        std::string_view error = {};
    };
    using RawAnswer = std::function<void(const RawReply&)>;

    /// Connects, and calls the observer from then on.
    virtual void connect() = 0;
    virtual void call(Script script, std::string_view prefix, const ScriptArguments& arguments,
                      RawAnswer answer) = 0;

    [[nodiscard]] ScriptBusObserver& observer() const noexcept { return *observer_; }

private:
    ScriptBusObserver* observer_ = nullptr;
};

}  // namespace carillon
