#include "carillon/net/http_routes.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

HttpHandler nothing() {
    return [](const HttpRequest&, HttpReply) {};
}

class HttpRoutesTest : public ::testing::Test {
protected:
    HttpRoutesTest() {
        routes.add("POST", "/apps/*/events", nothing());
        routes.add("GET", "/apps/*/channels/*", nothing());
        routes.add("PUT", "/apps/*/channels/*", nothing());
    }
    HttpRoutes routes{"/prefix"};
};

TEST_F(HttpRoutesTest, GivesTheValuesOfStarsDecoded) {
    const auto match = routes.find("GET", "/apps/7/channels/a%20b%2Fc");
    ASSERT_NE(match.handler, nullptr);
    EXPECT_EQ(match.values, (std::vector<std::string>{"7", "a b/c"}));
}

TEST_F(HttpRoutesTest, ToleratesATrailingSlashAndThePrefix) {
    EXPECT_NE(routes.find("POST", "/apps/7/events/").handler, nullptr);
    EXPECT_NE(routes.find("POST", "/prefix/apps/7/events").handler, nullptr);
    EXPECT_EQ(routes.find("POST", "/prefixapps/7/events").handler, nullptr);
    EXPECT_EQ(routes.find("POST", "/other/apps/7/events").handler, nullptr);
}

TEST_F(HttpRoutesTest, ToleratesSlashesInFrontButNoEmptyNames) {
    for (const std::string_view path :
         {"//apps/7/events", "/prefix//apps/7/events", "/prefix///apps/7/events/"}) {
        EXPECT_NE(routes.find("POST", path).handler, nullptr) << path;
    }
    EXPECT_EQ(routes.find("POST", "/apps//7/events").handler, nullptr);
    EXPECT_EQ(routes.find("GET", "/apps/7/channels//c").handler, nullptr);
    EXPECT_EQ(path_segments("/pusher//app//k"),
              (std::vector<std::string_view>{"pusher", "app", "", "k"}));
}

TEST_F(HttpRoutesTest, NamesTheMethodsThatAPathHas) {
    const auto match = routes.find("DELETE", "/apps/7/channels/c");
    EXPECT_EQ(match.handler, nullptr);
    EXPECT_EQ(match.allowed, "GET, PUT");
    EXPECT_EQ(routes.find("GET", "/nowhere").allowed, "");
    EXPECT_EQ(routes.find("GET", "/").allowed, "");
    EXPECT_EQ(routes.find("GET", "/apps/7/channels/c/d").allowed, "");
}

}  // namespace
}  // namespace carillon
