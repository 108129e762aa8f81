#include "carillon/protocol/error_codes.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

TEST(PusherCode, IsAKnownCodeOrNone) {
    for (int i = 0; i <= static_cast<int>(Errc::websocket_too_big); ++i) {
        const auto code = pusher_code(static_cast<Errc>(i));
        const bool ends = i >= static_cast<int>(Errc::tls_required);
        // 43xx is sent and does not close: wire.md 1.6.
        EXPECT_EQ(code.has_value() && *code < 4300, ends) << i;
    }
    EXPECT_EQ(pusher_code(Errc::client_event_rate), 4301);
    EXPECT_EQ(pusher_code(Errc::app_unknown), 4001);
    EXPECT_EQ(pusher_code(Errc::shutting_down), 4200);
}

TEST(SubscriptionErrorKind, TellsTheThreeCausesApart) {
    EXPECT_EQ(subscription_error_kind(Errc::unauthorized).status, 401);
    EXPECT_EQ(subscription_error_kind(Errc::channel_full).type, "LimitReached");
    EXPECT_EQ(subscription_error_kind(Errc::bad_channel_name).status, 400);
}

}  // namespace
}  // namespace carillon
