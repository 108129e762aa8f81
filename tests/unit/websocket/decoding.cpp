#include "decoding.hpp"

#include "heap_bytes.hpp"

namespace carillon::test {

std::ostream& operator<<(std::ostream& out, const Decoded& decoded) {
    for (const auto& event : decoded.events) {
        out << "kind " << static_cast<int>(event.kind) << ' ' << event.payload.size() << " bytes '"
            << event.payload.substr(0, 40) << "' code " << event.close_code << "; ";
    }
    if (decoded.failure) out << "failure " << static_cast<int>(*decoded.failure);
    return out;
}

Decoded seen(std::vector<SeenEvent> events) {
    return {std::move(events), {}};
}

Decoded failed(Errc why, std::vector<SeenEvent> before) {
    return {std::move(before), why};
}

bool PiecewiseDecoding::feed(std::string_view piece) {
    std::vector<char> memory(piece.begin(), piece.end());
    std::span<char> input{memory};
    for (;;) {
        WsEvent event{};
        const std::size_t before = heap_bytes();
        const auto progress = decoder_.next(input, max_, event);
        decoded_.heap_left += heap_bytes() - before;
        switch (progress) {
            case WsDecoder::Progress::failed:
                decoded_.failure = decoder_.failure();
                return false;
            case WsDecoder::Progress::need_more: {
                const auto& seen = decoded_.events;
                const bool closed = !seen.empty() && seen.back().kind == WsEvent::Kind::close;
                decoded_.input_left |= !input.empty() && !closed;
                return true;
            }
            case WsDecoder::Progress::event:
                decoded_.events.push_back(
                    {event.kind, std::string{event.payload}, event.close_code});
        }
    }
}

}  // namespace carillon::test
