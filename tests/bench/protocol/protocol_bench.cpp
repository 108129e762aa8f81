#include <benchmark/benchmark.h>

#include <string>

#include "carillon/protocol/client_message.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "carillon/protocol/trigger.hpp"

namespace carillon {
namespace {

void count_bytes(benchmark::State& state, std::string_view text) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

/// A JSON string of about `bytes`, whose content is JSON again if `nested`.
std::string json_string(std::size_t bytes, bool nested) {
    std::string content;
    while (content.size() < bytes) {
        content += nested ? R"({"id":12345,"name":"a short name"},)" : "plain text, ";
    }
    std::string out;
    append_json_string(out, content);
    return out;
}

void parse_message(benchmark::State& state, std::string_view text) {
    for (auto _ : state) {
        auto message = parse_client_message(text);
        if (!message) state.SkipWithError("refused");
        benchmark::DoNotOptimize(message);
    }
    count_bytes(state, text);
}
BENCHMARK_CAPTURE(
    parse_message, subscribe,
    R"({"event":"pusher:subscribe","data":{"auth":"278d425bdf160c739803:58df8b0c36d6982b82c3ecf6)"
    R"(b4662e34fe8c25bba48f5369f135bf843651c3a4","channel":"private-foobar"}})");
BENCHMARK_CAPTURE(
    parse_message, client_event,
    R"({"event":"client-moved","channel":"presence-room","data":{"x":12.5,"y":-3,"by":"u1"}})");

void scan(benchmark::State& state, bool nested) {
    const std::string text = json_string(static_cast<std::size_t>(state.range(0)), nested);
    for (auto _ : state) {
        auto value = scan_json(text);
        benchmark::DoNotOptimize(value);
    }
    count_bytes(state, text);
}
BENCHMARK_CAPTURE(scan, plain, false)->Arg(1024)->Arg(10240);
BENCHMARK_CAPTURE(scan, nested_json, true)->Arg(1024)->Arg(10240);

void build_event(benchmark::State& state, std::string_view source) {
    const auto name = scan_json("\"client-moved\"");
    const auto data = scan_json(source);
    for (auto _ : state) {
        auto frame = channel_event("presence-room", *name, *data, "u1");
        benchmark::DoNotOptimize(frame);
    }
    count_bytes(state, source);
}
BENCHMARK_CAPTURE(build_event, object, R"({"x":12.5,"y":-3,"by":"u1","text":"some text to send"})");
BENCHMARK_CAPTURE(build_event, string, json_string(1024, true));

void parse_trigger(benchmark::State& state) {
    const std::string body =
        R"({"name":"order-shipped","data":)" + json_string(200, true) +
        R"(,"channels":["private-orders","private-shop-17"],"socket_id":"12345.67890"})";
    TriggerParser parser;
    const Limits limits;
    for (auto _ : state) {
        auto trigger = parser.parse_event(body, limits);
        if (!trigger) state.SkipWithError("refused");
        benchmark::DoNotOptimize(trigger);
    }
    count_bytes(state, body);
}
BENCHMARK(parse_trigger);

}  // namespace
}  // namespace carillon
