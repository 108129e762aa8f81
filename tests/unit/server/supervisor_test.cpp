#include "supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>

namespace carillon {
namespace {

/// What systemd has at the other end.
class SupervisorSocket {
public:
    explicit SupervisorSocket(const std::string& address) {
        sockaddr_un own{};
        own.sun_family = AF_UNIX;
        std::ranges::copy(address, own.sun_path);
        if (address.front() == '@') own.sun_path[0] = '\0';
        const auto length =
            static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&own), length), 0);
    }
    ~SupervisorSocket() { ::close(socket_); }
    SupervisorSocket(const SupervisorSocket&) = delete;
    SupervisorSocket& operator=(const SupervisorSocket&) = delete;

    /// The next notification; empty if there is none.
    std::string read() {
        std::array<char, 4096> bytes{};
        const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        return count < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(count));
    }

private:
    int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::string abstract_name() {
    return "@carillon-supervisor-test-" + std::to_string(::getpid());
}

TEST(Supervisor, ReceivesOneDatagramPerNotification) {
    SupervisorSocket socket(abstract_name());
    const Supervisor supervisor(abstract_name());
    supervisor.ready("listening on 127.0.0.1:6001");
    EXPECT_EQ(socket.read(), "READY=1\nSTATUS=listening on 127.0.0.1:6001\n");
    supervisor.reloading();
    EXPECT_THAT(socket.read(), testing::MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+\n"));
    supervisor.stopping(10);
    EXPECT_EQ(socket.read(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=15000000\n");
    EXPECT_EQ(socket.read(), "");
}

TEST(Supervisor, MayListenAtAPath) {
    std::string folder = testing::TempDir() + "/carillon-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    const std::string path = folder + "/notify";
    {
        SupervisorSocket socket(path);
        Supervisor(path).ready("ready");
        EXPECT_EQ(socket.read(), "READY=1\nSTATUS=ready\n");
    }
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
}

TEST(Supervisor, IsNamedByTheEnvironment) {
    SupervisorSocket socket(abstract_name());
    ::setenv("NOTIFY_SOCKET", abstract_name().c_str(), 1);
    Supervisor::of_environment().ready("ready");
    ::unsetenv("NOTIFY_SOCKET");
    EXPECT_EQ(socket.read(), "READY=1\nSTATUS=ready\n");
    Supervisor::of_environment().ready("ready");
    EXPECT_EQ(socket.read(), "");
}

TEST(Supervisor, ThatDoesNotAnswerStopsNothing) {
    Supervisor("").ready("ready");
    Supervisor("/nowhere/notify").ready("ready");
    Supervisor(std::string(108, 'x')).ready("ready");
    SupervisorSocket socket(abstract_name());  // Nobody reads: its queue is full at some time.
    for (int i = 0; i < 10'000; ++i) Supervisor(abstract_name()).stopping(1);
}

}  // namespace
}  // namespace carillon
