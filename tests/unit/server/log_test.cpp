#include "log.hpp"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <string>

#include "line_pipe.hpp"

namespace carillon {
namespace {

TEST(Log, WritesTextWithTimeAndLevel) {
    LinePipe pipe;
    set_up_log({}, pipe.input());
    spdlog::debug("unseen");
    spdlog::warn("Redis is {}", "lost");
    const std::string line = pipe.read_line();
    EXPECT_TRUE(line.ends_with("Z warning Redis is lost")) << line;
    EXPECT_EQ(log_lines_dropped(), 0U);
}

TEST(Log, ReportsMissingLinesInItsOwnFormat) {
    LinePipe pipe;
    set_up_log({.format = "json", .max_queued_bytes = 4096}, pipe.input());
    for (int i = 0; i < 1000; ++i) spdlog::info("\"line\" {}", i);
    const std::uint64_t dropped = log_lines_dropped();
    EXPECT_GT(dropped, 0U);
    std::uint64_t reported = 0;
    while (reported < dropped) {
        const auto line = nlohmann::json::parse(pipe.read_line());
        const std::string message = line.at("message");
        if (line.at("level") == "info") {
            EXPECT_TRUE(message.starts_with("\"line\" ")) << message;
            continue;
        }
        EXPECT_EQ(line.at("level"), "warning");
        constexpr std::string_view text =
            "standard error was not read in time, log lines dropped: ";
        ASSERT_TRUE(message.starts_with(text)) << message;
        reported += std::stoull(message.substr(text.size()));
    }
    EXPECT_EQ(reported, dropped);
}

TEST(Log, CountsALineThatCannotBeFormatted) {
    LinePipe pipe;
    set_up_log({}, pipe.input());
    spdlog::info(fmt::runtime("{} {}"), 1);
    EXPECT_EQ(log_lines_dropped(), 1U);
    EXPECT_TRUE(pipe.read_line().ends_with("lines dropped: 1"));
}

TEST(Log, TakesALineAsItIsWhateverItsLevel) {
    LinePipe pipe;
    set_up_log({.level = "off"}, pipe.input());
    spdlog::error("unseen");
    write_to_log("carillon: cannot start");
    EXPECT_EQ(pipe.read_line(), "carillon: cannot start");
}

}  // namespace
}  // namespace carillon
