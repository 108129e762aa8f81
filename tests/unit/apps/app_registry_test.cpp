#include "carillon/apps/app_registry.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

App app(const std::string& id, const std::vector<std::string>& keys) {
    App made;
    made.id = AppId(id);
    for (const std::string& key : keys) made.credentials.push_back({key, "secret of " + key});
    return made;
}

TEST(AppRegistry, FindsByIdAndByEachKey) {
    const AppRegistry registry({app("a", {"a1", "a2"}), app("b", {"b1"})}, nullptr);
    EXPECT_EQ(registry.find_by_id("b")->id.get(), "b");
    EXPECT_EQ(registry.find_by_key("a1"), registry.find_by_key("a2"));
    EXPECT_EQ(registry.find_by_key("b1"), registry.find_by_id("b"));
    EXPECT_EQ(registry.find_by_id("a1"), nullptr);
    EXPECT_EQ(registry.find_by_key("a"), nullptr);
}

TEST(AppRegistry, AReloadKeepsIndexAndUsageOfAnApp) {
    const AppRegistry first({app("a", {"k1"}), app("b", {"k2"})}, nullptr);
    EXPECT_EQ(first.find_by_id("b")->usage->admit_connection(1, 0), AppUsage::Admission::admitted);
    const AppRegistry second({app("c", {"k3"}), app("b", {"k4"})}, &first);
    EXPECT_EQ(second.find_by_id("b")->index, first.find_by_id("b")->index);
    EXPECT_EQ(second.find_by_id("b")->usage->admit_connection(1, 0), AppUsage::Admission::app_full);
    EXPECT_EQ(second.find_by_id("c")->usage->admit_connection(1, 1),
              AppUsage::Admission::node_full);
    second.find_by_id("b")->usage->release_connection();
    EXPECT_EQ(second.find_by_id("c")->usage->admit_connection(1, 1), AppUsage::Admission::admitted);
    EXPECT_NE(second.find_by_id("c")->index, first.find_by_id("a")->index);
    const AppRegistry third({app("a", {"k1"})}, &second);
    EXPECT_EQ(third.find_by_id("a")->index, first.find_by_id("a")->index);
}

}  // namespace
}  // namespace carillon
