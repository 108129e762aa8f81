#include "topic_state.hpp"

#include <gtest/gtest.h>

#include "partition_state.hpp"

namespace carillon {
namespace {

TEST(ReplicaState, IsStaleAgainIfItBecameSoDuringTheRead) {
    Replica replica = Replica::current;
    transition(replica, ReplicaEvent::invalidate);
    transition(replica, ReplicaEvent::request);
    EXPECT_FALSE(is_stale(replica));
    transition(replica, ReplicaEvent::invalidate);
    EXPECT_EQ(after(replica, ReplicaEvent::receive), Replica::stale);
    EXPECT_EQ(after(replica, ReplicaEvent::abandon), Replica::stale);
}

TEST(ReplicaState, StaysStaleIfTheReadIsLost) {
    EXPECT_EQ(after(Replica::requested, ReplicaEvent::abandon), Replica::stale);
    EXPECT_EQ(after(Replica::current, ReplicaEvent::abandon), Replica::current);
}

TEST(ReadingState, FinishesIdleWhetherOutdatedOrNot) {
    Reading reading = Reading::idle;
    transition(reading, ReadingEvent::start);
    transition(reading, ReadingEvent::want);
    EXPECT_EQ(transition(reading, ReadingEvent::finish), Reading::outdated);
    EXPECT_EQ(reading, Reading::idle);
}

TEST(SyncState, HasSomethingToSendIfTheOperationIsLost) {
    Sync sync = Sync::in_sync;
    transition(sync, SyncEvent::change);
    transition(sync, SyncEvent::send);
    EXPECT_EQ(after(sync, SyncEvent::acknowledge), Sync::in_sync);
    EXPECT_EQ(after(sync, SyncEvent::abandon), Sync::changed);
    transition(sync, SyncEvent::change);
    EXPECT_EQ(after(sync, SyncEvent::acknowledge), Sync::changed);
}

TEST(RegistrationState, OutlivesAConnectionOnlyIfItIsComplete) {
    EXPECT_EQ(after(Registration::registered, RegistrationEvent::disconnect),
              Registration::registered);
    EXPECT_EQ(after(Registration::resyncing, RegistrationEvent::disconnect), Registration::none);
    EXPECT_EQ(after(Registration::registering, RegistrationEvent::disconnect), Registration::none);
}

#ifndef NDEBUG
TEST(SyncStateDeathTest, RefusesAnOperationWhileOneIsUnderWay) {
    EXPECT_DEATH((void)after(Sync::sending, SyncEvent::send), "illegal");
    EXPECT_DEATH((void)after(Reading::idle, ReadingEvent::finish), "illegal");
    EXPECT_DEATH((void)after(Registration::none, RegistrationEvent::accept), "illegal");
}
#endif

}  // namespace
}  // namespace carillon
