#include "carillon/websocket/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

#include "deflate_window.hpp"

namespace carillon {
namespace {

constexpr int memory_level = 6;

/// The end of a flush, which messages are sent without.
constexpr std::string_view flush_tail{"\x00\x00\xff\xff", 4};

Bytef* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

/// A compressor needs 50 KB and a decompressor 40 KB, so each thread has one of both, created when
/// first used.
class Deflater {
public:
    Deflater() = default;
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater() { end(); }

    z_stream& begin(int level) {
        if (level != level_) {
            end();
            if (deflateInit2(&stream_, level, Z_DEFLATED, -deflate_window_bits, memory_level,
                             Z_DEFAULT_STRATEGY) != Z_OK) {
                std::abort();  // Out of memory.
            }
            level_ = level;
        }
        deflateReset(&stream_);
        return stream_;
    }

private:
    void end() noexcept {
        if (level_ != 0) deflateEnd(&stream_);
    }

    z_stream stream_{};
    int level_ = 0;  // 0: there is no stream.
};

class Inflater {
public:
    Inflater() {
        if (inflateInit2(&stream_, -15) != Z_OK) std::abort();  // Out of memory.
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    z_stream& begin() {
        inflateReset(&stream_);
        return stream_;
    }

private:
    z_stream stream_{};
};

/// Inflates `input` and appends the result to `text`.
Result<void> inflate_some(z_stream& stream, std::string_view input, std::string& text,
                          std::size_t bytes_max) {
    std::array<char, 16384> piece;
    stream.next_in = bytes_of(input);
    stream.avail_in = static_cast<uInt>(input.size());
    for (;;) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        const int status = inflate(&stream, Z_SYNC_FLUSH);
        if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) {
            return Error{Errc::websocket_protocol, "compressed message is broken"};
        }
        const std::size_t size = piece.size() - stream.avail_out;
        if (size > bytes_max - text.size()) {
            return Error{Errc::websocket_too_big, "message is too big"};
        }
        text.append(piece.data(), size);
        if (status == Z_STREAM_END) {
            inflateReset(&stream);  // A message may continue after a final block.
        } else if (stream.avail_out > 0) {
            return {};
        }
    }
}

bool ends_between_blocks(const z_stream& stream) noexcept {
    return (stream.data_type & 128) != 0;
}

}  // namespace

std::string ws_deflate(std::string_view text, int level) {
    if (text.size() > std::numeric_limits<uInt>::max()) return {};
    thread_local Deflater deflater;
    z_stream& stream = deflater.begin(level);
    std::string compressed(text.size(), '\0');
    stream.next_in = bytes_of(text);
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = bytes_of(compressed);
    stream.avail_out = static_cast<uInt>(compressed.size());
    if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_out == 0) return {};
    compressed.resize(compressed.size() - stream.avail_out - flush_tail.size());
    return compressed;
}

Result<std::string> ws_inflate(std::string_view compressed, std::size_t bytes_max) {
    thread_local Inflater inflater;
    z_stream& stream = inflater.begin();
    std::string text;
    for (const std::string_view part : {compressed, flush_tail}) {
        const auto done = inflate_some(stream, part, text, bytes_max);
        if (!done) return done.error();
    }
    if (!ends_between_blocks(stream)) {
        return Error{Errc::websocket_protocol, "compressed message is cut"};
    }
    return text;
}

}  // namespace carillon
