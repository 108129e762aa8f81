// What it costs to join, and leave, a presence channel that has many members already.
#include <benchmark/benchmark.h>

#include <string>

#include "carillon/channels/presence_roster.hpp"

namespace carillon {
namespace {

PresenceData member(std::int64_t number) {
    const std::string name = std::to_string(number);
    return {"user-" + name, R"({"name":"User )" + name + R"(","role":"member"})"};
}

void join_and_leave(benchmark::State& state) {
    PresenceRoster roster;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        roster.add({ShardId{0}, static_cast<std::uint64_t>(i)}, member(i));
    }
    const PresenceData joiner = member(state.range(0));
    const SubscriptionKey key{ShardId{1}, 1};
    for (auto _ : state) {
        roster.add(key, joiner);
        benchmark::DoNotOptimize(roster.succeeded("presence-room"));
        roster.remove(key);
    }
}
BENCHMARK(join_and_leave)->Arg(10)->Arg(100)->Arg(5000);

}  // namespace
}  // namespace carillon
