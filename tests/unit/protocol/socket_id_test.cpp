#include "carillon/protocol/socket_id.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

TEST(SocketId, IsReadAsItIsPrinted) {
    for (const SocketId id :
         {SocketId{1, 1}, SocketId{194496, 582858}, SocketId{UINT64_MAX, UINT64_MAX}}) {
        const auto parsed = SocketId::parse(id.text());
        ASSERT_TRUE(parsed) << id.text();
        EXPECT_EQ(*parsed, id);
    }
    EXPECT_EQ((SocketId{12345, 67890}.text()), "12345.67890");
    EXPECT_EQ((SocketId{UINT64_MAX, UINT64_MAX}.text()),
              "18446744073709551615.18446744073709551615");
}

TEST(SocketId, AcceptsIdsThatNoConnectionHas) {
    for (const std::string_view text : {"01.2", "1.02", "0.0", "0.5", "5.0",
                                        "18446744073709551616.1", "1.99999999999999999999999999"}) {
        const auto parsed = SocketId::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(*parsed, SocketId{}) << text;
    }
}

TEST(SocketId, RefusesEverythingElse) {
    for (const std::string_view text : {"", ".", "1", "1.", ".1", "1.2.3", "-1.2", "+1.2", " 1.2",
                                        "1.2 ", "1,2", "a.b", "1.2\n", "1.0x1"}) {
        const auto parsed = SocketId::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::bad_socket_id);
    }
}

}  // namespace
}  // namespace carillon
