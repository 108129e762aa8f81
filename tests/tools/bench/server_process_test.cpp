#include "server_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "cores.hpp"
#include "loopback.hpp"

namespace carillon::bench::test {
namespace {

class ServerProcesses : public testing::Test {
protected:
    void TearDown() override {
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
        EXPECT_EQ(errno, ECHILD) << "a child is left";
    }

    const int core_ = allowed_cores().front();
    const std::uint16_t unused_port_ = listen_on_loopback().port;
    std::atomic<bool> interrupted_{false};
};

TEST_F(ServerProcesses, MustStayUntilTheyAccept) {
    ServerProcess server({"/bin/false"}, core_);
    EXPECT_THROW(server.wait_until_accepting(unused_port_, interrupted_), std::runtime_error);
}

TEST_F(ServerProcesses, MustExist) {
    ServerProcess server({"/no/such/program"}, core_);
    EXPECT_THROW(server.wait_until_accepting(unused_port_, interrupted_), std::runtime_error);
}

TEST_F(ServerProcesses, AcceptOnTheirPort) {
    const LoopbackListener listener = listen_on_loopback();
    ServerProcess server({"/bin/sleep", "60"}, core_);
    server.wait_until_accepting(listener.port, interrupted_);
    EXPECT_EQ(::kill(server.id(), 0), 0);
}

TEST_F(ServerProcesses, AreGivenUpOnAnInterruption) {
    ServerProcess server({"/bin/sleep", "60"}, core_);
    interrupted_ = true;
    EXPECT_THROW(server.wait_until_accepting(unused_port_, interrupted_), std::runtime_error);
}

}  // namespace
}  // namespace carillon::bench::test
