#include "carillon/websocket/mask.hpp"

#include <gtest/gtest.h>

#include <string>

namespace carillon {
namespace {

TEST(WsUnmask, AgreesWithByteByByteAtEverySizeOffsetAndAlignment) {
    const WsMask mask{'\x37', '\xfa', '\x21', '\x3d'};
    for (std::size_t align = 0; align < 8; ++align) {
        for (std::size_t size = 0; size < 40; ++size) {
            for (std::uint64_t offset = 0; offset < 6; ++offset) {
                std::string bytes(align + size, '\x5a');
                std::string expected = bytes;
                for (std::size_t i = 0; i < size; ++i) {
                    expected[align + i] = static_cast<char>('\x5a' ^ mask[(offset + i) % 4]);
                }
                ws_unmask(std::span{bytes}.subspan(align), mask, offset);
                ASSERT_EQ(bytes, expected) << align << ' ' << size << ' ' << offset;
            }
        }
    }
}

}  // namespace
}  // namespace carillon
