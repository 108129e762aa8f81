#include "minimal_http_server.hpp"

#include <gtest/gtest.h>

#include "sample_traffic.hpp"

namespace carillon::bench::test {
namespace {

TEST(MinimalHttpServer, FindsTheEndOfARequest) {
    const std::string request = sample_request("127.0.0.1:6001", true);
    EXPECT_EQ(request_size(request), request.size());
    EXPECT_EQ(request_size(request + "POST"), request.size());
    for (std::size_t size = 0; size < request.size(); ++size) {
        EXPECT_EQ(request_size(std::string_view{request}.substr(0, size)), 0U) << size;
    }
}

TEST(MinimalHttpServer, TakesARequestWithoutABody) {
    constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    EXPECT_EQ(request_size(request), request.size());
}

}  // namespace
}  // namespace carillon::bench::test
