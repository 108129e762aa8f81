#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace carillon::test {
namespace {

/// A program of ours and one of its output streams.
class Program {
public:
    Program(const std::vector<std::string>& arguments, int stream) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], stream);
        std::vector<char*> argv;
        for (const std::string& argument : arguments) {
            argv.push_back(const_cast<char*>(argument.c_str()));
        }
        argv.push_back(nullptr);
        const int error =
            ::posix_spawn(&process_, argv[0], &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        output_ = ends[0];
        if (error != 0) throw std::runtime_error("cannot start " + arguments[0]);
    }
    ~Program() {
        if (process_ > 0) ::kill(process_, SIGKILL);
        static_cast<void>(wait());
        ::close(output_);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Output until it holds `wanted` or ends.
    std::string read_until(std::string_view wanted) {
        char buffer[4096];
        while (text_.find(wanted) == text_.npos) {
            const ssize_t size = ::read(output_, buffer, sizeof buffer);
            if (size <= 0) break;
            text_.append(buffer, static_cast<std::size_t>(size));
        }
        return text_;
    }
    std::string read_all() { return read_until(std::string(1, '\0')); }

    void kill(int signal) const { ::kill(process_, signal); }
    [[nodiscard]] pid_t id() const { return process_; }

    /// Exit status.
    int wait() {
        int status = 0;
        if (process_ <= 0 || ::waitpid(process_, &status, 0) != process_) return -1;
        process_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t process_ = -1;
    int output_ = -1;
    std::string text_;
};

class AgainstTheRealServer : public testing::Test {
protected:
    AgainstTheRealServer()
        : server_({CARILLON_BINARY, "--host", "127.0.0.1", "--port", "0", "--admin.port", "0",
                   "--shards", "2", "--limits.max-client-events-per-second", "0"},
                  STDERR_FILENO) {
        const std::string said = server_.read_until("; shards");
        const std::string address = "listening on 127.0.0.1:";
        const std::size_t at = said.find(address);
        if (at == said.npos) throw std::runtime_error("the server did not start: " + said);
        port_ = std::to_string(std::stoi(said.substr(at + address.size())));
    }

    /// Runs carillon-bench; its report, with its exit status as "status".
    nlohmann::json bench(const std::vector<std::string>& more) {
        std::vector<std::string> arguments{CARILLON_BENCH_BINARY,
                                           "--port",
                                           port_,
                                           "--connections",
                                           "50",
                                           "--warm-up",
                                           "0.2",
                                           "--server-pid",
                                           std::to_string(server_.id()),
                                           "--json",
                                           "-"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        Program program(arguments, STDOUT_FILENO);
        nlohmann::json report = nlohmann::json::parse(program.read_all(), nullptr, false);
        report["status"] = program.wait();
        return report;
    }

    static void expect_clean(const nlohmann::json& report, std::uint64_t listeners) {
        EXPECT_EQ(report["status"], 0) << report.dump(2);
        EXPECT_EQ(report["faults"]["lost"], 0);
        EXPECT_EQ(report["faults"]["duplicated"], 0);
        EXPECT_EQ(report["faults"]["out_of_order"], 0);
        EXPECT_EQ(report["faults"]["misdirected"], 0);
        const auto& measured = report["measured"];
        EXPECT_GT(measured["events"], 0);
        EXPECT_EQ(measured["deliveries"], measured["events"].get<std::uint64_t>() * listeners);
        EXPECT_GT(measured["server_cpu_seconds"], 0);
        EXPECT_GT(report["connecting"]["server_resident_bytes_after"], 0);
    }

    Program server_;
    std::string port_;
};

TEST_F(AgainstTheRealServer, TriggersReachEverybodyOnce) {
    expect_clean(bench({"--duration", "1", "--in-flight", "8"}), 50);
}

TEST_F(AgainstTheRealServer, BatchesReachEverybodyOnce) {
    expect_clean(bench({"--events", "3000", "--batch", "10", "--channels", "5", "--kind", "private",
                        "--channels-per-connection", "2"}),
                 20);
}

TEST_F(AgainstTheRealServer, AFixedRateReachesEverybodyOnce) {
    const auto report = bench({"--duration", "0.5", "--rate", "400", "--no-keep-alive"});
    expect_clean(report, 50);
    EXPECT_EQ(report["measured"]["events"], 200);
}

TEST_F(AgainstTheRealServer, ClientEventsReachEverybodyElseOnce) {
    expect_clean(bench({"--duration", "1", "--publish", "client", "--kind", "presence",
                        "--channels", "5", "--poll"}),
                 9);
}

TEST_F(AgainstTheRealServer, IdleConnectionsStay) {
    const auto report = bench({"--idle", "0.3"});
    EXPECT_EQ(report["status"], 0);
    EXPECT_EQ(report["connecting"]["ready"], 50);
    EXPECT_EQ(report["connecting"]["subscriptions"], 50);
    EXPECT_EQ(report["measured"]["events"], 0);
}

TEST_F(AgainstTheRealServer, AWrongSecretIsReported) {
    const auto report = bench({"--events", "10", "--secret", "wrong"});
    EXPECT_EQ(report["status"], 1);
    EXPECT_EQ(report["faults"]["statuses"]["401"], report["faults"]["events_refused"]);
}

/// A run of a minute that the test does not wait for.
class LongRun {
public:
    explicit LongRun(const std::string& port)
        : report_(testing::TempDir() + "carillon-bench-" + port + ".json"),
          program_({CARILLON_BENCH_BINARY, "--port", port, "--connections", "50", "--duration",
                    "60", "--rate", "500", "--warm-up", "0", "--json", report_},
                   STDERR_FILENO) {
        program_.read_until("measuring");
    }
    ~LongRun() { static_cast<void>(std::remove(report_.c_str())); }

    void interrupt() const { program_.kill(SIGINT); }
    nlohmann::json wait() {
        const int status = program_.wait();
        std::ifstream file(report_);
        nlohmann::json report = nlohmann::json::parse(file, nullptr, false);
        report["status"] = status;
        return report;
    }

private:
    std::string report_;
    Program program_;
};

TEST_F(AgainstTheRealServer, ARunEndsWhenTheServerIsGone) {
    LongRun run(port_);
    server_.kill(SIGKILL);
    const auto report = run.wait();
    EXPECT_EQ(report["status"], 1);
    EXPECT_EQ(report["faults"]["connections_closed"], 50);
}

TEST_F(AgainstTheRealServer, AnInterruptedRunReportsWhatItHas) {
    LongRun run(port_);
    run.interrupt();
    const auto report = run.wait();
    EXPECT_EQ(report["status"], 0);
    EXPECT_EQ(report["interrupted"], true);
    EXPECT_EQ(report["faults"]["lost"], 0);
}

}  // namespace
}  // namespace carillon::test
