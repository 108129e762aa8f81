#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "history.hpp"
#include "plan.hpp"
#include "random.hpp"
#include "redis_host.hpp"
#include "sim_client.hpp"
#include "sim_node.hpp"
#include "virtual_time.hpp"

namespace carillon::sim {

/// Of the second app: how many connections it may have.
inline constexpr std::uint32_t guests_max = 3;

/// A whole cluster and all that happens to it: carries out a plan, then lets everything come to
/// rest, and asks all nodes what they think.
class Simulation {
public:
    explicit Simulation(const Plan& plan);
    ~Simulation();

    void run();
    [[nodiscard]] const History& history() const noexcept { return history_; }

private:
    struct Place {
        std::unique_ptr<RedisPath> path;
        std::unique_ptr<SimNode> node;  ///< null while it is down
        std::uint32_t processes = 0;
        std::map<Step::Kind, int> faults;  ///< that last
    };
    struct Guest {
        std::uint32_t node = 0;
        std::uint32_t process = 0;
        std::uint16_t shard = 0;
        std::uint64_t ticket = 0;
    };

    void carry_out(const Step& step);
    void begin_fault(const Step& step);
    void end_fault(const Step& step);
    void note_fault(const Step& step, bool begins);

    void open(std::uint32_t client, std::uint32_t node, std::uint16_t shard, std::uint32_t user);
    void close(std::uint32_t client);
    /// Does `work` with the client in its node's time.
    void with_client(std::uint32_t client, const std::function<void(SimClient&)>& work);
    void subscribe(std::uint32_t client, std::uint32_t channel);
    void unsubscribe(std::uint32_t client, std::uint32_t channel);
    void sign_in(std::uint32_t client, std::int64_t watchlist);
    void publish(std::uint32_t node, std::uint32_t channel) {
        publish(node, channel, 0, any_shard());
    }
    void publish(std::uint32_t node, std::uint32_t channel, std::size_t padding,
                 std::uint16_t shard);
    /// Events one after the other, without waiting for an answer.
    void burst(std::uint32_t node, std::uint32_t channel, std::int64_t events);
    void terminate(std::uint32_t node, std::uint32_t user);
    void ask(std::uint32_t node, std::uint32_t channel);
    void ask_for_all(std::uint32_t node);
    void begin_guest(std::uint32_t node, Duration lasts);
    void end_guest(const Guest& guest);

    void start_node(std::uint32_t node);
    void kill_node(std::uint32_t node);
    void stop_node(std::uint32_t node, Duration down);
    void end_node(std::uint32_t node);
    void restart_redis(Keyspace data);
    void fill_and_empty(Duration period, bool is_full);
    void restore_delay(std::uint32_t node);
    void reap();

    void come_to_rest();
    void ask_everything();
    void join_everywhere(std::uint32_t first_client);

    [[nodiscard]] SimNode* usable(std::uint32_t node);
    [[nodiscard]] std::uint16_t any_shard() {
        return static_cast<std::uint16_t>(random_.below(plan_.shards));
    }
    void add(Entry entry);
    [[nodiscard]] TimePoint begin() const { return begin_; }

    const Plan plan_;
    Random random_;
    VirtualTime time_;
    const TimePoint begin_;
    RedisHost redis_;
    History history_;
    World world_;
    std::vector<Place> places_;
    std::map<std::uint32_t, std::shared_ptr<SimClient>> clients_;  ///< by place in the plan
    std::map<std::uint32_t, std::set<std::uint32_t>> held_;        ///< channels, by the same
    std::uint32_t connections_ = 0;
    std::uint32_t guests_ = 0;
    Keyspace older_data_;
    int redis_pauses_ = 0;
    int redis_outages_ = 0;
    int redis_full_ = 0;
    bool is_over_ = false;
};

}  // namespace carillon::sim
