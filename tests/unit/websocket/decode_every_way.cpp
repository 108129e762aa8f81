#include <gtest/gtest.h>

#include "decoding.hpp"

namespace carillon::test {
namespace {

Decoded decode_pieces(std::string_view bytes, std::size_t first, std::size_t rest,
                      std::size_t message_bytes_max, bool inflates) {
    PiecewiseDecoding decoding{message_bytes_max, inflates};
    bool going = decoding.feed(bytes.substr(0, first));
    for (std::size_t at = first; going && at < bytes.size(); at += rest) {
        going = decoding.feed(bytes.substr(at, rest));
    }
    return decoding.result();
}

}  // namespace

Decoded decode_every_way(std::string_view bytes, std::size_t message_bytes_max, bool inflates) {
    Decoded whole = decode_pieces(bytes, bytes.size(), 1, message_bytes_max, inflates);
    EXPECT_FALSE(whole.input_left);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        if (bytes.size() > 2048 && cut > 40 && cut + 40 < bytes.size() && cut % 997 != 0) continue;
        const Decoded halves = decode_pieces(bytes, cut, bytes.size(), message_bytes_max, inflates);
        EXPECT_EQ(halves, whole) << "cut at " << cut;
        EXPECT_FALSE(halves.input_left) << "cut at " << cut;
    }
    EXPECT_EQ(decode_pieces(bytes, 0, 1, message_bytes_max, inflates), whole) << "byte by byte";
    return whole;
}

}  // namespace carillon::test
