#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "program.hpp"

namespace carillon::bench::test {
namespace {

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

    static void expect_clean(const nlohmann::json& report, std::uint64_t subscribers) {
        EXPECT_EQ(report["status"], 0) << report.dump(2);
        EXPECT_EQ(report["faults"]["lost"], 0);
        EXPECT_EQ(report["faults"]["duplicated"], 0);
        EXPECT_EQ(report["faults"]["out_of_order"], 0);
        EXPECT_EQ(report["faults"]["misdirected"], 0);
        const auto& measured = report["measured"];
        EXPECT_GT(measured["events"], 0);
        EXPECT_EQ(measured["deliveries"], measured["events"].get<std::uint64_t>() * subscribers);
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
}  // namespace carillon::bench::test
