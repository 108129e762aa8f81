// The decoder sees the same in a stream of bytes however it is cut, and never holds much more than
// has arrived, unless that was compressed. Input: [limit; odd: compression is agreed on][number of
// pieces n][n sizes of pieces, used in turn][the stream].
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "carillon/websocket/utf8.hpp"
#include "decoding.hpp"

using namespace carillon;

namespace {

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

std::size_t take_byte(std::string_view& from) {
    if (from.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(from.front());
    from.remove_prefix(1);
    return byte;
}

/// `expansion`: how many bytes one that arrives may become.
void check(const test::Decoded& decoded, std::size_t arrived, std::size_t message_bytes_max,
           std::size_t expansion) {
    constexpr std::size_t partial_bytes = 512;
    require(decoded.heap_left <= partial_bytes + 2 * expansion * arrived, "bounded heap");
    require(!decoded.failure || decoded.heap_left == 0, "no heap after a failure");
    require(!decoded.input_left, "need_more takes all input");
    for (const auto& event : decoded.events) {
        const bool text = event.kind == WsEvent::Kind::text;
        const bool message = text || event.kind == WsEvent::Kind::binary;
        require(event.payload.size() <= (message ? message_bytes_max : 125), "bounded payload");
        require(!text || is_utf8(event.payload), "text is UTF-8");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input{reinterpret_cast<const char*>(data), size};
    const std::size_t limit = take_byte(input);
    const std::size_t message_bytes_max = limit == 0xFF ? ~std::size_t{0} : limit * 16;
    const bool inflates = limit % 2 == 1;
    const std::size_t expansion = inflates ? 1032 : 1;  // Deflate's best.
    const auto cuts = input.substr(0, take_byte(input));
    input.remove_prefix(std::min(cuts.size(), input.size()));

    test::PiecewiseDecoding whole{message_bytes_max, inflates};
    whole.feed(input);
    check(whole.result(), input.size(), message_bytes_max, expansion);

    test::PiecewiseDecoding pieces{message_bytes_max, inflates};
    std::size_t at = 0;
    for (std::size_t i = 0; at < input.size(); ++i) {
        const std::size_t piece =
            cuts.empty() ? 1 : static_cast<std::uint8_t>(cuts[i % cuts.size()]) + 1U;
        const auto bytes = input.substr(at, piece);
        at += bytes.size();
        const bool going = pieces.feed(bytes);
        check(pieces.result(), at, message_bytes_max, expansion);
        if (!going) break;
    }
    require(pieces.result() == whole.result(), "cuts change nothing");
    return 0;
}
