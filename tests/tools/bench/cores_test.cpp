#include "cores.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace carillon::bench::test {
namespace {

void expect_pair(CorePair pair, int measured, int peer) {
    EXPECT_EQ(pair.measured, measured);
    EXPECT_EQ(pair.peer, peer);
}

TEST(Cores, WhatIsNotGivenIsChosen) {
    const std::array allowed{2, 5, 7};
    expect_pair(choose_cores(std::nullopt, std::nullopt, allowed), 2, 5);
    expect_pair(choose_cores(2, std::nullopt, allowed), 2, 5);
    expect_pair(choose_cores(7, std::nullopt, allowed), 7, 2);
    expect_pair(choose_cores(std::nullopt, 2, allowed), 5, 2);
    expect_pair(choose_cores(7, 5, allowed), 7, 5);
}

TEST(Cores, OneIsNotEnough) {
    const std::array allowed{3};
    EXPECT_THROW(static_cast<void>(choose_cores(std::nullopt, std::nullopt, allowed)),
                 std::runtime_error);
    EXPECT_THROW(static_cast<void>(choose_cores(3, std::nullopt, allowed)), std::runtime_error);
    EXPECT_THROW(static_cast<void>(choose_cores(3, 3, allowed)), std::runtime_error);
}

}  // namespace
}  // namespace carillon::bench::test
