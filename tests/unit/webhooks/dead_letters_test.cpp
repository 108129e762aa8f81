#include "dead_letters.hpp"

#include <sys/stat.h>

#include <stdexcept>

#include "folder.hpp"

namespace carillon {
namespace {

using DeadLettersTest = test::Folder;

StoredDelivery some_delivery(const std::string& reason) {
    return {"a",
            "e",
            "id",
            reason,
            {{WebhookKind::cache_miss, "c", R"({"name":"cache_miss"})", {}, {}}}};
}

TEST_F(DeadLettersTest, AreLinesOfAFileThatOnlyItsOwnerCanRead) {
    DeadLetters dead_letters(path / "dead.jsonl", 1000);
    dead_letters.check();
    EXPECT_TRUE(dead_letters.store(some_delivery("expired")));
    EXPECT_TRUE(dead_letters.store(some_delivery("gone")));
    EXPECT_EQ(contents(path / "dead.jsonl"),
              some_delivery("expired").json_line() + some_delivery("gone").json_line());
    struct stat status {};
    ASSERT_EQ(::stat((path / "dead.jsonl").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(DeadLettersTest, StopAtTheMaximumSizeAndContinueInANewFile) {
    const std::string line = some_delivery("expired").json_line();
    DeadLetters dead_letters(path / "dead.jsonl", 2 * line.size());
    EXPECT_TRUE(dead_letters.store(some_delivery("expired")));
    EXPECT_TRUE(dead_letters.store(some_delivery("expired")));
    EXPECT_FALSE(dead_letters.store(some_delivery("expired")));
    EXPECT_EQ(contents(path / "dead.jsonl"), line + line);
    std::filesystem::rename(path / "dead.jsonl", path / "taken.jsonl");
    EXPECT_TRUE(dead_letters.store(some_delivery("expired")));
    EXPECT_EQ(contents(path / "dead.jsonl"), line);
}

TEST_F(DeadLettersTest, AreNotStoredWithoutAFileAndRefuseAnUnusableOne) {
    EXPECT_FALSE(DeadLetters("", 1000).store(some_delivery("expired")));
    EXPECT_NO_THROW(DeadLetters("", 1000).check());
    const DeadLetters nowhere(path / "missing" / "dead.jsonl", 1000);
    EXPECT_THROW(nowhere.check(), std::runtime_error);
}

}  // namespace
}  // namespace carillon
