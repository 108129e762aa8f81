#include "spool.hpp"

#include <stdexcept>

#include "folder.hpp"

namespace carillon {
namespace {

using SpoolTest = test::Folder;

Spool::Contents contents_of(const std::string& channel) {
    Spool::Contents contents;
    contents.deliveries.push_back({"app",
                                   "http://a#1",
                                   "id",
                                   "",
                                   {{WebhookKind::cache_miss,
                                     channel,
                                     channel_webhook(WebhookKind::cache_miss, channel),
                                     {},
                                     {}}}});
    contents.departures.push_back({"app", WebhookKind::member_removed, "presence-c", "ann"});
    return contents;
}

TEST_F(SpoolTest, ReturnsWhatWasWrittenOldestFirst) {
    const Spool spool(path);
    EXPECT_TRUE(spool.read().deliveries.empty());
    spool.write(contents_of("first"));
    spool.write(contents_of("second"));
    const auto back = spool.read();
    ASSERT_EQ(back.deliveries.size(), 2U);
    EXPECT_EQ(back.deliveries[0].events[0].subject, "first");
    EXPECT_EQ(back.deliveries[1].events[0].subject, "second");
    EXPECT_EQ(back.deliveries[0].delivery_id, "id");
    ASSERT_EQ(back.departures.size(), 2U);
    EXPECT_EQ(back.departures[0].app, "app");
    EXPECT_EQ(back.departures[0].kind, WebhookKind::member_removed);
    EXPECT_EQ(back.departures[0].channel, "presence-c");
    EXPECT_EQ(back.departures[0].user_id, "ann");
}

TEST_F(SpoolTest, WritesNoFileWithoutContents) {
    Spool(path).write({});
    EXPECT_EQ(files(), 0U);
}

TEST_F(SpoolTest, KeepsAFileUntilItsLastWebhookIsDestroyed) {
    const Spool spool(path);
    Spool::Contents written = contents_of("one");
    written.deliveries.push_back(contents_of("two").deliveries[0]);
    spool.write(written);
    auto back = spool.read();
    EXPECT_EQ(files(), 1U);
    back.deliveries.erase(back.deliveries.begin());
    EXPECT_EQ(files(), 1U) << "a crash now loses nothing";
    back.deliveries.clear();
    EXPECT_EQ(files(), 0U);
}

TEST_F(SpoolTest, KeepsAllFilesIfOneCannotBeRead) {
    const Spool spool(path);
    spool.write(contents_of("good"));
    std::filesystem::create_directory(path / "99999999999999999999.jsonl");  // Read as a file.
    EXPECT_THROW(static_cast<void>(spool.read()), std::runtime_error);
    EXPECT_EQ(files(), 2U);
}

TEST_F(SpoolTest, KeepsAFileWithAnEventThatIsStoredNowhereElse) {
    const Spool spool(path);
    spool.write(contents_of("good"));
    {
        const auto back = spool.read();
        back.deliveries[0].events[0].spool->keep();
    }
    EXPECT_EQ(files(), 1U);
}

TEST_F(SpoolTest, SkipsInvalidLines) {
    std::ofstream(path / "1.jsonl")
        << "nonsense\n"
        << contents_of("good").deliveries[0].json_line() << R"({"departure":"x"})" << '\n'
        << R"({"app":5,"departure":"channel_vacated"})";
    const auto back = Spool(path).read();
    ASSERT_EQ(back.deliveries.size(), 1U);
    EXPECT_EQ(back.deliveries[0].events[0].subject, "good");
    EXPECT_TRUE(back.departures.empty());
}

TEST_F(SpoolTest, NamesAnUnusableDirectory) {
    try {
        static_cast<void>(Spool(path / "missing").read());
        FAIL() << "it was read";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("webhooks.spool_directory"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("missing"), std::string::npos);
    }
}

}  // namespace
}  // namespace carillon
