#include "machine.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace carillon::bench::test {
namespace {

TEST(Machine, IsNamedByItsFirstCore) {
    std::istringstream cpuinfo(
        "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Some CPU @ 2 GHz\n\nmodel name\t: Other\n");
    EXPECT_EQ(cpu_model(cpuinfo), "Some CPU @ 2 GHz");
}

TEST(Machine, MayHaveNoName) {
    std::istringstream cpuinfo("processor\t: 0\nBogoMIPS\t: 50.00\n");
    EXPECT_EQ(cpu_model(cpuinfo), "");
}

TEST(Machine, HasCores) {
    EXPECT_GT(this_machine().cores, 0U);
    EXPECT_FALSE(this_machine().kernel.empty());
}

}  // namespace
}  // namespace carillon::bench::test
