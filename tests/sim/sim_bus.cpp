#include "sim_bus.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

#include "carillon/cluster/script_contract.hpp"

namespace carillon::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds success{3};

ScriptValue value_of(const Resp& reply) {
    if (reply.type == Resp::Type::nil) return {};
    if (reply.type == Resp::Type::integer) return ScriptValue::of(reply.integer);
    if (reply.type != Resp::Type::array) return ScriptValue::of(std::string_view(reply.text));
    ScriptValue value{ScriptValue::Type::array};
    for (const Resp& item : reply.items) value.items.push_back(value_of(item));
    return value;
}

}  // namespace

SimBus::SimBus(RedisPath& path, RedisPipe::Deliver deliver, Now now, Random random,
               const Plan& plan, OnExecuted on_executed)
    : path_(path),
      deliver_(std::move(deliver)),
      now_(std::move(now)),
      random_(std::move(random)),
      timeout_(milliseconds(plan.timeout_ms)),
      counts_at_once_(plan.counts_at_once),
      on_executed_(std::move(on_executed)) {}

SimBus::~SimBus() {
    close();
}

void SimBus::close() {
    is_closed_ = true;
    is_up_ = false;
    retry_.reset();
    unanswered_.clear();
    for (auto* const pipe : {&commands_, &subscriptions_}) {
        if (*pipe) std::exchange(*pipe, nullptr)->close();
    }
}

void SimBus::connect() {
    is_closed_ = false;
    retry_.reset();
    scripts_loaded_ = 0;
    commands_server_.clear();
    subscriptions_server_.clear();
    heard_ = pinged_ = advanced_ = now();
    is_pinged_ = true;
    unanswered_.assign(1, now());
    commands_ = open_pipe(false);
    subscriptions_ = open_pipe(true);
}

std::shared_ptr<RedisPipe> SimBus::open_pipe(bool listens) {
    return RedisPipe::open(
        path_, deliver_,
        {.on_ready = [this, listens](std::string_view run_id) { on_ready(listens, run_id); },
         .on_subscribed =
             [this](std::string_view subject) {
                 is_pinged_ = false;
                 if (is_up_) observer().on_subscribed(subject);
             },
         .on_message =
             [this](std::string_view subject, std::string_view message) {
                 is_pinged_ = false;
                 if (is_up_) observer().on_message(subject, message);
             },
         .on_lost = [this](std::string_view why) { fail(why); }});
}

void SimBus::on_ready(bool listens, std::string_view run_id) {
    if (listens) {
        is_pinged_ = false;
        subscriptions_server_ = run_id;
        return come_up_if_ready();
    }
    unanswered_.clear();
    heard_ = now();
    commands_server_ = run_id;
    load_scripts();
}

/// The real one; only that many subscriptions are fewer in some lives than elsewhere.
std::string SimBus::text_of(Script script) const {
    static constexpr std::string_view name = "local COUNTS_AT_ONCE_MAX = ";
    std::string text(script_text(script));
    const std::size_t begin = text.find(name);
    if (begin == text.npos) throw std::logic_error("the scripts have no COUNTS_AT_ONCE_MAX");
    const std::size_t number = begin + name.size();
    return text.replace(number, text.find('\n', number) - number, std::to_string(counts_at_once_));
}

void SimBus::load_scripts() {
    for (std::size_t i = 0; i < script_count; ++i) {
        send({"SCRIPT", "LOAD", text_of(static_cast<Script>(i))}, [this, i](const Resp& reply) {
            if (reply.is_error()) return fail(reply.text);
            digests_[i] = reply.text;
            if (++scripts_loaded_ == script_count) come_up_if_ready();
        });
    }
}

void SimBus::come_up_if_ready() {
    if (subscriptions_server_.empty() || scripts_loaded_ < script_count) return;
    if (commands_server_ != subscriptions_server_) {
        return fail("the two connections reached different servers");
    }
    is_up_ = true;
    answered_ = up_since_ = now();
    const std::string run_id = commands_server_;
    observer().on_up(run_id);
}

void SimBus::fail(std::string_view why) {
    const std::string reason(why);
    if (is_up_ && now() - up_since_ >= success) failures_ = 0;
    close();
    is_closed_ = false;
    retry_later();
    observer().on_down(reason);
}

void SimBus::retry_later() {
    const milliseconds longest(std::min(1000U, failures_ == 0 ? 20U : 50U << failures_));
    failures_ = std::min(failures_ + 1, 8U);
    const std::uint64_t number = ++retries_;
    retry_ = number;
    path_.host.time().after(random_.between(longest / 2, longest),
                            [this, number, deliver = deliver_] {
                                deliver([this, number] {
                                    if (retry_ == number && !is_closed_) connect();
                                });
                            });
}

void SimBus::advance() {
    const bool is_late = now() - advanced_ > milliseconds(300);
    advanced_ = now();
    if (is_closed_ || retry_) return;
    // This process was frozen: what has arrived meanwhile is read first.
    if (is_late) {
        heard_ = now();
        if (is_pinged_) pinged_ = now();
        return;
    }
    if (!unanswered_.empty() && now() - std::max(heard_, unanswered_.front()) >= timeout_) {
        return fail("no answer in time");
    }
    if (is_pinged_ && now() - pinged_ >= timeout_) return fail("no answer in time");
    if (!is_up_) return;
    if (unanswered_.empty() && now() - heard_ >= timeout_ / 2) send({"PING"}, [](const Resp&) {});
    if (!is_pinged_ && now() - pinged_ >= timeout_ / 2) {
        is_pinged_ = true;
        pinged_ = now();
        subscriptions_->send({"PING"}, [this](const Resp&) { is_pinged_ = false; });
    }
}

std::optional<TimePoint> SimBus::waits_since() const noexcept {
    if (!is_up_ || unanswered_.empty()) return std::nullopt;
    return unanswered_.front();
}

void SimBus::send(std::vector<std::string> words, RedisPipe::Answer answer) {
    if (!commands_) return;
    unanswered_.push_back(now());
    commands_->send(std::move(words), [this, answer = std::move(answer)](const Resp& reply) {
        heard_ = now();
        unanswered_.pop_front();
        answer(reply);
    });
}

void SimBus::call(Script script, std::string_view prefix, const ScriptArguments& arguments,
                  RawAnswer answer) {
    if (!commands_) return;
    std::vector<std::string> words{"EVALSHA", digests_[static_cast<std::size_t>(script)], "1",
                                   std::string(prefix)};
    words.insert(words.end(), arguments.views().begin(), arguments.views().end());
    unanswered_.push_back(now());
    commands_->send(
        std::move(words),
        [this, answer = std::move(answer)](const Resp& reply) {
            heard_ = answered_ = now();
            unanswered_.pop_front();
            on_reply(reply, answer);
        },
        [on_executed = on_executed_, script](const Resp& reply) { on_executed(script, reply); });
}

void SimBus::on_reply(const Resp& reply, const RawAnswer& answer) {
    if (!reply.is_error()) return answer({value_of(reply)});
    const std::string_view error = reply.text;
    if (error.starts_with("OOM")) return answer({{}, ScriptFailure::out_of_memory, error});
    const bool is_of_script = error.find("user_script") != error.npos &&
                              !error.starts_with("READONLY ") && !error.starts_with("LOADING ");
    if (!is_of_script) return fail(error);
    answer({{}, ScriptFailure::error, error});
}

void SimBus::publish(std::string_view subject, std::string_view message) {
    send({"PUBLISH", std::string(subject), std::string(message)}, [](const Resp&) {});
}

void SimBus::subscribe(std::string_view subject) {
    if (subscriptions_) subscriptions_->subscribe(std::string(subject));
}

void SimBus::unsubscribe(std::string_view subject) {
    if (subscriptions_) subscriptions_->unsubscribe(std::string(subject));
}

}  // namespace carillon::sim
