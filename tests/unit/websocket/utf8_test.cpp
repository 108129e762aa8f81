#include "carillon/websocket/utf8.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace carillon {
namespace {

static_assert(sizeof(Utf8Checker) <= 4);

std::string encoded(std::uint32_t point) {
    const auto tail = [point](unsigned shift) {
        return static_cast<char>(0x80 | (point >> shift & 0x3F));
    };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
    return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

/// The rules as a reader would state them: decode, then look at the number.
bool naive_is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto lead = static_cast<unsigned char>(text[0]);
        const std::size_t size = lead < 0x80             ? 1
                                 : (lead & 0xE0) == 0xC0 ? 2
                                 : (lead & 0xF0) == 0xE0 ? 3
                                 : (lead & 0xF8) == 0xF0 ? 4
                                                         : 0;
        if (size == 0 || text.size() < size) return false;
        std::uint32_t point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
        for (std::size_t i = 1; i < size; ++i) {
            const auto byte = static_cast<unsigned char>(text[i]);
            if ((byte & 0xC0) != 0x80) return false;
            point = point << 6 | (byte & 0x3F);
        }
        constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
        if (point < least[size] || point > 0x10FFFF) return false;
        if (point >= 0xD800 && point <= 0xDFFF) return false;
        text.remove_prefix(size);
    }
    return true;
}

TEST(Utf8Checker, AcceptsEveryCharacterButSurrogates) {
    for (std::uint32_t point = 0; point <= 0x10FFFF + 0x100; ++point) {
        const bool legal = (point < 0xD800 || point > 0xDFFF) && point <= 0x10FFFF;
        ASSERT_EQ(is_utf8(encoded(point)), legal) << std::hex << point;
    }
}

TEST(Utf8Checker, AgreesWithANaiveReadingOnAllBorders) {
    constexpr std::array<unsigned char, 22> borders{0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
                                                    0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
                                                    0xED, 0xEE, 0xEF, 0xF0, 0xF4, 0xF5};
    for (const auto a : borders) {
        for (const auto b : borders) {
            for (const auto c : borders) {
                for (const auto d : borders) {
                    const std::string text{static_cast<char>(a), static_cast<char>(b),
                                           static_cast<char>(c), static_cast<char>(d)};
                    ASSERT_EQ(is_utf8(text), naive_is_utf8(text)) << testing::PrintToString(text);
                }
            }
        }
    }
}

TEST(Utf8Checker, DoesNotCareWhereTextIsCut) {
    for (const std::string text :
         {"plain and long enough for words", "\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x94",
          "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "truncated at its end \xe2\x82"}) {
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            Utf8Checker checker;
            const bool head = checker.feed(std::string_view{text}.substr(0, cut));
            const bool tail = checker.feed(std::string_view{text}.substr(cut));
            EXPECT_EQ(head && tail && checker.complete(), naive_is_utf8(text)) << cut;
        }
    }
}

TEST(Utf8Checker, FindsABadByteAtEveryPlaceOfALongText) {
    for (std::size_t at = 0; at < 40; ++at) {
        std::string text(40, 'x');
        text[at] = static_cast<char>(0x80);
        EXPECT_FALSE(is_utf8(text)) << at;
    }
}

TEST(Utf8Checker, SeesAtOnceThatAByteCannotFollow) {
    Utf8Checker checker;
    EXPECT_TRUE(checker.feed("\xf4"));
    EXPECT_FALSE(checker.complete());
    EXPECT_FALSE(checker.feed("\x90"));
}

TEST(Utf8Checker, StaysInvalid) {
    Utf8Checker checker;
    EXPECT_FALSE(checker.feed("\xff"));
    EXPECT_FALSE(checker.feed(""));
    EXPECT_FALSE(checker.feed("fine"));
    EXPECT_FALSE(checker.feed("\xff"));
    EXPECT_FALSE(checker.complete());
}

}  // namespace
}  // namespace carillon
