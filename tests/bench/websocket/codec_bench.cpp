#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "carillon/websocket/decoder.hpp"
#include "carillon/websocket/encoder.hpp"
#include "carillon/websocket/mask.hpp"
#include "carillon/websocket/utf8.hpp"
#include "support/ws_client_frames.hpp"

namespace carillon {
namespace {

void count_bytes(benchmark::State& state) {
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

std::string text_of(const benchmark::State& state) {
    return std::string(static_cast<std::size_t>(state.range(0)), 'x');
}

/// With a copy of the frame each time, as the kernel would make it: decoding unmasks in place.
void decode_text(benchmark::State& state) {
    const std::string frame = test::masked_frame(WsOpcode::text, text_of(state));
    std::string scratch = frame;
    WsDecoder decoder;
    WsEvent event{};
    for (auto _ : state) {
        std::memcpy(scratch.data(), frame.data(), frame.size());
        std::span<char> input{scratch};
        if (decoder.next(input, 1 << 20, event) != WsDecoder::Progress::event) {
            state.SkipWithError("no event");
            break;
        }
        benchmark::DoNotOptimize(event);
    }
    count_bytes(state);
}
BENCHMARK(decode_text)->Arg(130)->Arg(4096);

void decode_text_in_two_reads(benchmark::State& state) {
    const std::string frame = test::masked_frame(WsOpcode::text, text_of(state));
    std::string scratch = frame;
    WsDecoder decoder;
    WsEvent event{};
    for (auto _ : state) {
        std::memcpy(scratch.data(), frame.data(), frame.size());
        std::span<char> head{scratch.data(), frame.size() / 2};
        std::span<char> tail{scratch.data() + head.size(), frame.size() - head.size()};
        benchmark::DoNotOptimize(decoder.next(head, 1 << 20, event));
        benchmark::DoNotOptimize(decoder.next(tail, 1 << 20, event));
    }
    count_bytes(state);
}
BENCHMARK(decode_text_in_two_reads)->Arg(130)->Arg(4096);

void unmask(benchmark::State& state) {
    std::string bytes = text_of(state);
    for (auto _ : state) {
        ws_unmask(bytes, {1, 2, 3, 4}, 0);
        benchmark::ClobberMemory();
    }
    count_bytes(state);
}
BENCHMARK(unmask)->Arg(130)->Arg(4096);

void encode_text(benchmark::State& state) {
    const std::string text = text_of(state);
    for (auto _ : state) benchmark::DoNotOptimize(encode_ws(WsOpcode::text, text));
    count_bytes(state);
}
BENCHMARK(encode_text)->Arg(130)->Arg(4096);

void utf8_ascii(benchmark::State& state) {
    const std::string text = text_of(state);
    for (auto _ : state) benchmark::DoNotOptimize(is_utf8(text));
    count_bytes(state);
}
BENCHMARK(utf8_ascii)->Arg(130)->Arg(4096);

void utf8_three_byte_characters(benchmark::State& state) {
    std::string text;
    while (text.size() + 3 <= static_cast<std::size_t>(state.range(0))) text += "\xe9\x90\x98";
    for (auto _ : state) benchmark::DoNotOptimize(is_utf8(text));
    count_bytes(state);
}
BENCHMARK(utf8_three_byte_characters)->Arg(130)->Arg(4096);

}  // namespace
}  // namespace carillon
