#include "request_target.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace carillon {
namespace {

void expect_parts(std::string_view target, std::string_view path, std::string_view query) {
    const RequestTarget parts = RequestTarget::split(target);
    EXPECT_EQ(parts.path, path) << target;
    EXPECT_EQ(parts.query, query) << target;
}

TEST(RequestTarget, IsSplitAtTheFirstQuestionMark) {
    expect_parts("/", "/", "");
    expect_parts("/app/key", "/app/key", "");
    expect_parts("/app/key?", "/app/key", "");
    expect_parts("/app/key?protocol=7&x=/?y", "/app/key", "protocol=7&x=/?y");
    expect_parts("/a//b%2F?c=%20", "/a//b%2F", "c=%20");
    expect_parts("/a:b/http://c/?d", "/a:b/http://c/", "d");
}

TEST(RequestTarget, MayBeginWithSchemeAndAuthority) {
    expect_parts("http://host:80/a?b", "/a", "b");
    expect_parts("HTTPS://host/a", "/a", "");
    expect_parts("http://host", "/", "");
    expect_parts("http://host?b", "/", "b");
    expect_parts("http://[::1]:80/a", "/a", "");
}

TEST(RequestTarget, KeepsWhatClientsDoNotEncode) {
    expect_parts("/apps/1/channels/a|b?info=[x]\"{y}^", "/apps/1/channels/a|b", "info=[x]\"{y}^");
    expect_parts("/a/%zz%?%", "/a/%zz%", "%");
    expect_parts("/\xC3\xBC?\xC3\xBC", "/\xC3\xBC", "\xC3\xBC");
}

TEST(RequestTarget, IsPassedOnIfItIsNoPath) {
    expect_parts("*", "*", "");
    expect_parts("host:443", "host:443", "");
    expect_parts("", "", "");
}

}  // namespace
}  // namespace carillon
