#include "carillon/net/http_client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace carillon {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using Failure = HttpOutcome::Failure;

/// A server that takes one connection after the other, and does with each what the test says.
class ScriptedServer {
public:
    using Script = std::function<void(tcp::socket& client)>;

    explicit ScriptedServer(std::vector<Script> scripts)
        : thread_([this, scripts = std::move(scripts)] {
              for (const Script& script : scripts) {
                  tcp::socket client = acceptor_.accept();
                  script(client);
              }
          }) {}
    ~ScriptedServer() { thread_.join(); }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    /// Reads a request without a body, and answers with the text.
    static void answer(tcp::socket& client, const std::string& text) {
        boost::system::error_code ignored;
        std::string request;
        boost::asio::read_until(client, boost::asio::dynamic_buffer(request), "\r\n\r\n", ignored);
        boost::asio::write(client, boost::asio::buffer(text), ignored);
    }
    /// Until the client ends the connection.
    static void await_end(tcp::socket& client) {
        boost::system::error_code error;
        std::string rest(4096, '\0');
        while (!error) client.read_some(boost::asio::buffer(rest), error);
    }

private:
    boost::asio::io_context context_;
    tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

class HttpClientTest : public ::testing::Test {
protected:
    HttpClient client_of(std::uint16_t port) {
        const auto url = HttpUrl::parse("http://127.0.0.1:" + std::to_string(port) + "/hook");
        return HttpClient(HttpClient::destination(loop.get_executor(), *url, {}));
    }
    HttpOutcome post(HttpClient& client, Duration timeout = 10s) {
        std::optional<HttpOutcome> outcome;
        client.post({"", {{"X-A", "b"}}}, timeout, [&](const HttpOutcome& it) { outcome = it; });
        loop.restart();
        while (!outcome && loop.run_one() > 0) {
        }
        EXPECT_TRUE(outcome);
        return outcome.value_or(HttpOutcome{});
    }

    boost::asio::io_context loop;
};

constexpr const char* good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST_F(HttpClientTest, KeepsItsConnection) {
    ScriptedServer server({[](tcp::socket& client) {
        for (int i = 0; i < 3; ++i) ScriptedServer::answer(client, good);
        ScriptedServer::await_end(client);
    }});
    HttpClient client = client_of(server.port());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(post(client).status, 200U);
}

TEST_F(HttpClientTest, TakesANewConnectionWhereAKeptOneHasBeenEnded) {
    const auto once = [](tcp::socket& client) { ScriptedServer::answer(client, good); };
    ScriptedServer server({once, once, once});
    HttpClient client = client_of(server.port());
    for (int i = 0; i < 3; ++i) {
        const HttpOutcome outcome = post(client);
        EXPECT_EQ(outcome.failure, Failure::none) << i;
        EXPECT_EQ(outcome.status, 200U);
    }
}

TEST_F(HttpClientTest, IgnoresAnAnswerThatPrecedesTheRequest) {
    const std::string stray = "HTTP/1.1 500 Stray\r\nContent-Length: 0\r\n\r\n";
    const auto twice = [&stray](tcp::socket& client) {
        ScriptedServer::answer(client, good + stray);
        ScriptedServer::await_end(client);
    };
    ScriptedServer server({twice, twice});
    HttpClient client = client_of(server.port());
    for (int i = 0; i < 2; ++i) EXPECT_EQ(post(client).status, 200U);
}

TEST_F(HttpClientTest, DoesNotRepeatARequestThatANewConnectionLost) {
    ScriptedServer server({[](tcp::socket& client) { ScriptedServer::answer(client, ""); }});
    HttpClient client = client_of(server.port());
    EXPECT_EQ(post(client).failure, Failure::broken);
}

TEST_F(HttpClientTest, ObeysAServerThatEndsTheConnection) {
    const auto once = [](tcp::socket& client) {
        ScriptedServer::answer(client, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        ScriptedServer::await_end(client);
    };
    ScriptedServer server({once, once});
    HttpClient client = client_of(server.port());
    for (int i = 0; i < 2; ++i) EXPECT_EQ(post(client).status, 204U);
}

TEST_F(HttpClientTest, ReadsOnAfterInterimAnswers) {
    ScriptedServer server({[](tcp::socket& client) {
        ScriptedServer::answer(client,
                               "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                               "HTTP/1.1 100 Continue\r\n\r\n"
                               "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n"
                               "Content-Length: 0\r\n\r\n");
        ScriptedServer::await_end(client);
    }});
    HttpClient client = client_of(server.port());
    const HttpOutcome outcome = post(client);
    EXPECT_EQ(outcome.status, 503U);
    EXPECT_EQ(outcome.retry_after, "7");
}

TEST_F(HttpClientTest, ReadsNoMoreThanItsBoundAndTakesTheStatus) {
    ScriptedServer server({[](tcp::socket& client) {
        ScriptedServer::answer(client, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" +
                                           std::string(1 << 20, 'x'));
        ScriptedServer::await_end(client);
    }});
    HttpClient client = client_of(server.port());
    EXPECT_EQ(post(client).status, 200U);
}

TEST_F(HttpClientTest, RefusesHeadersThatNeverEndAndWhatIsNoHttp) {
    for (const std::string& text :
         {"HTTP/1.1 200 OK\r\nX: " + std::string(1 << 16, 'x'), std::string("SSH-2.0\r\n\r\n"),
          std::string("HTTP/1.1 2x0 OK\r\n\r\n"), std::string(64, '\0') + "\r\n\r\n"}) {
        ScriptedServer server({[text](tcp::socket& client) {
            ScriptedServer::answer(client, text);
            ScriptedServer::await_end(client);
        }});
        HttpClient client = client_of(server.port());
        EXPECT_EQ(post(client).failure, Failure::broken) << text.substr(0, 30);
    }
}

TEST_F(HttpClientTest, GivesUpInTime) {
    ScriptedServer server({ScriptedServer::await_end, [](tcp::socket& client) {
                               ScriptedServer::answer(client, "HTTP/1.1 200 OK\r\n");
                               ScriptedServer::await_end(client);
                           }});
    HttpClient client = client_of(server.port());
    EXPECT_EQ(post(client, 100ms).failure, Failure::timeout);
    EXPECT_EQ(post(client, 100ms).failure, Failure::timeout);
}

TEST_F(HttpClientTest, ReportsARefusedConnection) {
    std::uint16_t port = 0;
    {
        tcp::acceptor acceptor(loop, {boost::asio::ip::address_v4::loopback(), 0});
        port = acceptor.local_endpoint().port();
    }
    HttpClient client = client_of(port);
    EXPECT_EQ(post(client).failure, Failure::unreachable);
}

TEST_F(HttpClientTest, FindsAHostByItsName) {
    ScriptedServer server({[](tcp::socket& client) { ScriptedServer::answer(client, good); }});
    const auto url = HttpUrl::parse("http://localhost:" + std::to_string(server.port()) + "/");
    HttpClient client(HttpClient::destination(loop.get_executor(), *url, {}));
    EXPECT_EQ(post(client).status, 200U);
}

TEST_F(HttpClientTest, MayBeDestroyedDuringARequest) {
    ScriptedServer server({ScriptedServer::await_end});
    bool called = false;
    {
        HttpClient client = client_of(server.port());
        client.post({"", {}}, 10s, [&](const HttpOutcome&) { called = true; });
        loop.poll();
    }
    loop.run_for(100ms);
    EXPECT_FALSE(called);
}

}  // namespace
}  // namespace carillon
