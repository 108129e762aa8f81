#include "topic_sequence.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

using Fit = TopicSequence::Fit;

BusMessage message(std::uint64_t epoch, std::uint64_t number, bool first = false) {
    BusMessage message;
    message.epoch = epoch;
    message.sequence = number;
    message.first = first;
    return message;
}

TEST(TopicSequence, AppliesNothingBeforeItsFirstRead) {
    const TopicSequence sequence;
    EXPECT_FALSE(sequence.is_based());
    EXPECT_EQ(sequence.judge(message(7, 1)), Fit::missing);
    EXPECT_EQ(sequence.judge(message(7, 1, true)), Fit::missing);
}

TEST(TopicSequence, AppliesTheNextNumberAndNoOther) {
    TopicSequence sequence;
    sequence.settle(7, 10);
    EXPECT_TRUE(sequence.is_based());
    EXPECT_EQ(sequence.epoch(), 7U);
    EXPECT_EQ(sequence.judge(message(7, 9)), Fit::known);
    EXPECT_EQ(sequence.judge(message(7, 10)), Fit::known);
    EXPECT_EQ(sequence.judge(message(7, 11)), Fit::next);
    EXPECT_EQ(sequence.judge(message(7, 12)), Fit::missing);
    sequence.advance(message(7, 11));
    EXPECT_EQ(sequence.last(), 11U);
    EXPECT_EQ(sequence.judge(message(7, 11)), Fit::known);
    EXPECT_EQ(sequence.judge(message(7, 12)), Fit::next);
}

TEST(TopicSequence, AppliesTheFirstOfALifeFromAnyNumberBelow) {
    TopicSequence sequence;
    sequence.settle(7, 10);
    EXPECT_EQ(sequence.judge(message(7, 5000, true)), Fit::next);
    EXPECT_EQ(sequence.judge(message(7, 10, true)), Fit::known);
    EXPECT_EQ(sequence.judge(message(7, 9, true)), Fit::missing) << "Redis has forgotten";
    sequence.advance(message(7, 5000, true));
    EXPECT_EQ(sequence.judge(message(7, 5001)), Fit::next);
}

TEST(TopicSequence, DoesNotCompareNumbersOfAnotherEpoch) {
    TopicSequence sequence;
    sequence.settle(7, 10);
    EXPECT_EQ(sequence.judge(message(8, 5)), Fit::missing);
    EXPECT_EQ(sequence.judge(message(8, 11)), Fit::missing);
    EXPECT_EQ(sequence.judge(message(8, 11, true)), Fit::missing);
    sequence.settle(8, 4);
    EXPECT_EQ(sequence.judge(message(8, 5)), Fit::next);
    EXPECT_EQ(sequence.judge(message(7, 11)), Fit::missing);
}

TEST(TopicSequence, AppliesACounterOnce) {
    TopicSequence sequence;
    EXPECT_FALSE(sequence.has_applied(1, 5));
    EXPECT_TRUE(sequence.mark_applied(1, 5));
    EXPECT_FALSE(sequence.mark_applied(1, 5));
    EXPECT_FALSE(sequence.mark_applied(1, 4));
    EXPECT_TRUE(sequence.has_applied(1, 4));
    EXPECT_TRUE(sequence.has_applied(1, 5));
    EXPECT_FALSE(sequence.has_applied(1, 6));
    EXPECT_TRUE(sequence.mark_applied(1, 9)) << "of one topic, counters have gaps";
}

TEST(TopicSequence, CountsEachProducerByItself) {
    TopicSequence sequence;
    EXPECT_TRUE(sequence.mark_applied(1, 5));
    EXPECT_TRUE(sequence.mark_applied(2, 5));
    EXPECT_FALSE(sequence.has_applied(3, 1));
}

TEST(TopicSequence, KeepsAppliedCountersFromEpochToEpoch) {
    TopicSequence sequence;
    sequence.settle(7, 10);
    sequence.mark_applied(1, 5);
    sequence.settle(8, 2);
    EXPECT_FALSE(sequence.mark_applied(1, 5));
    EXPECT_TRUE(sequence.mark_applied(1, 6));
}

TEST(TopicSequence, BeginsAfterWhatWasAppliedBefore) {
    ProducerCounters applied;
    applied.mark_applied(1, 5);
    TopicSequence sequence;
    sequence.begin_after(applied);
    EXPECT_FALSE(sequence.is_based());
    EXPECT_FALSE(sequence.mark_applied(1, 5));
    EXPECT_TRUE(sequence.mark_applied(1, 6));
    EXPECT_FALSE(applied.has_applied(1, 6)) << "its own from then on";
}

TEST(ProducerCounters, ForgetTheFirstWhenThereAreTooMany) {
    ProducerCounters producers;
    for (std::uint64_t id = 1; id <= 256; ++id) EXPECT_TRUE(producers.mark_applied(id, 10));
    EXPECT_TRUE(producers.has_applied(1, 10));
    EXPECT_TRUE(producers.mark_applied(1, 11)) << "known, so nobody is forgotten";
    EXPECT_EQ(producers.all().size(), 256U);
    EXPECT_TRUE(producers.mark_applied(257, 10));
    EXPECT_EQ(producers.all().size(), 256U);
    EXPECT_FALSE(producers.has_applied(1, 1)) << "applied of first";
    for (std::uint64_t id = 2; id <= 257; ++id) EXPECT_TRUE(producers.has_applied(id, 10)) << id;
}

}  // namespace
}  // namespace carillon
