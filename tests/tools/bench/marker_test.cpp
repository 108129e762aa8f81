#include "marker.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace carillon::bench::test {
namespace {

std::string written(const Marker& marker) {
    std::string text(Marker::size, '?');
    write_marker(marker, text.data());
    return text;
}

TEST(Marker, ReadsBackWhatWasWritten) {
    const Marker largest{
        std::numeric_limits<std::uint16_t>::max(), std::numeric_limits<std::uint32_t>::max(),
        std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::int64_t>::max()};
    for (const Marker& marker : {Marker{}, Marker{1, 2, 3, 4}, largest}) {
        MarkerFinder finder;
        const auto found = finder.find(written(marker));
        ASSERT_TRUE(found);
        EXPECT_EQ(*found, marker);
    }
}

TEST(Marker, IsFoundWhereverItIs) {
    MarkerFinder finder;
    const Marker marker{7, 8, 9, 10};
    for (const std::string before :
         {"", "{\"data\":\"", "@cb", "{\"data\":\"", "longer before it "}) {
        EXPECT_EQ(finder.find(before + written(marker) + "xxx\"}"), marker) << before;
    }
}

TEST(Marker, IsNotFoundInOtherText) {
    MarkerFinder finder;
    const std::string text = written({1, 2, 3, 4});
    EXPECT_FALSE(finder.find(""));
    EXPECT_FALSE(finder.find("no marker at all, but long enough to hold one"));
    EXPECT_FALSE(finder.find(text.substr(0, text.size() - 1)));
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string broken = text;
        broken[at] = 'g';
        EXPECT_FALSE(finder.find(broken)) << at;
    }
}

}  // namespace
}  // namespace carillon::bench::test
