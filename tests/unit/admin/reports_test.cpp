#include "carillon/admin/reports.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

namespace carillon {
namespace {

using namespace std::chrono_literals;

ShardSnapshot busy_shard() {
    ShardSnapshot shard;
    shard.metrics.bytes_received = 10;
    shard.metrics.forwarded_unreadable = 6;
    shard.metrics.connections_opened = 2;
    shard.metrics.connections_closed[1000] = 1;
    shard.metrics.connections_refused[4001] = 3;
    shard.metrics.deliveries = 7;
    shard.metrics.cluster.shards = shard.metrics.cluster.connected = 1;
    shard.metrics.cluster.partitions_registered = 128;
    shard.metrics.cluster.messages_lost = 4;
    shard.metrics.publish_to_write.add(60us);
    shard.metrics.publish_to_write.add(10s);
    shard.metrics.rest[{"/apps/*/events", 200}].add(1ms);
    shard.connections[{"shop \"1\"\n", "ws"}] = 2;
    shard.channels["public"] = {3, 5};
    shard.queued_bytes = 11;
    shard.lag = 2ms;
    return shard;
}

WebhookMetrics dead_endpoint() {
    WebhookMetrics endpoint;
    endpoint.app = "shop";
    endpoint.endpoint = "http://127.0.0.1:9#1";
    endpoint.requests["timeout"].add(4s);
    endpoint.events_delivered = 5;
    endpoint.events_dead["expired"] = 2;
    endpoint.queued_events = 3;
    endpoint.breaker = WebhookMetrics::Breaker::open;
    return endpoint;
}

const ProcessInfo process_info{.version = "1.2.3",
                               .flusher = "gathered",
                               .uptime_seconds = 60,
                               .resident_bytes = 4096,
                               .log_lines_dropped = 9};

bool has_line(const std::string& text, const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
}

TEST(PrometheusText, AddsUpTheShards) {
    ShardSnapshot slow = busy_shard();
    slow.lag = 7ms;
    const std::string text = prometheus_text(process_info, {{busy_shard(), slow}, {}});
    EXPECT_TRUE(has_line(text, "carillon_received_bytes_total 20"));
    EXPECT_TRUE(has_line(text, "carillon_forwarded_unreadable_total 12"));
    EXPECT_TRUE(has_line(text, "carillon_connections_closed_total{code=\"1000\"} 2"));
    EXPECT_TRUE(has_line(text, "carillon_connections_refused_total{code=\"4001\"} 6"));
    EXPECT_TRUE(has_line(text, "carillon_channels{kind=\"public\"} 6"));
    EXPECT_TRUE(has_line(text, "carillon_subscriptions{kind=\"public\"} 10"));
    EXPECT_TRUE(has_line(text, "carillon_loop_lag_seconds 0.0070000000000000001") ||
                has_line(text, "carillon_loop_lag_seconds 0.007"));
    EXPECT_TRUE(has_line(text, "carillon_log_dropped_total 9"));
    EXPECT_TRUE(has_line(text, "carillon_shards 2"));
}

TEST(PrometheusText, EscapesLabelsAndCountsBucketsFromBelow) {
    const std::string text = prometheus_text(process_info, {{busy_shard()}, {dead_endpoint()}});
    EXPECT_TRUE(has_line(text, R"(carillon_connections{app="shop \"1\"\n",transport="ws"} 2)"));
    const std::string bucket = "carillon_publish_to_write_seconds_bucket{le=";
    EXPECT_NE(text.find(bucket + "\"+Inf\"} 2"), std::string::npos);
    EXPECT_TRUE(has_line(text, bucket + "\"5\"} 1"));
    EXPECT_TRUE(has_line(text, "carillon_publish_to_write_seconds_count 2"));
}

TEST(PrometheusText, CountsWebhooksByEndpointAndOutcome) {
    const std::string text = prometheus_text(process_info, {{busy_shard()}, {dead_endpoint()}});
    const std::string endpoint = R"({app="shop",endpoint="http://127.0.0.1:9#1")";
    EXPECT_TRUE(has_line(
        text, "carillon_webhook_request_seconds_count" + endpoint + R"(,outcome="timeout"} 1)"));
    const std::string events = "carillon_webhook_events_total" + endpoint;
    EXPECT_TRUE(has_line(text, events + R"(,result="delivered"} 5)"));
    EXPECT_TRUE(has_line(text, events + R"(,result="expired"} 2)"));
    EXPECT_TRUE(has_line(text, "carillon_webhook_queued_events" + endpoint + "} 3"));
    EXPECT_TRUE(has_line(text, "carillon_webhook_breaker" + endpoint + "} 2"));
}

TEST(PrometheusText, IsWhatTheDocumentationLists) {
    const std::regex family("# TYPE (carillon_[a-z_]+) ([a-z]+)");
    const std::string text = prometheus_text(process_info, {{busy_shard()}, {dead_endpoint()}});
    std::set<std::string> exposed;
    for (std::sregex_iterator at(text.begin(), text.end(), family), end; at != end; ++at) {
        exposed.insert((*at)[1].str() + " " + (*at)[2].str());
    }
    std::ifstream file(DOCUMENT);
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    const std::regex row("\\| `(carillon_[a-z_]+)` \\| ([a-z]+) \\|");
    std::set<std::string> listed;
    for (std::sregex_iterator at(document.begin(), document.end(), row), end; at != end; ++at) {
        listed.insert((*at)[1].str() + " " + (*at)[2].str());
    }
    EXPECT_EQ(exposed, listed);
}

TEST(StatusJson, ReportsTheStateOfTheNode) {
    const auto status = nlohmann::json::parse(
        status_json(process_info, {{busy_shard(), busy_shard()}, {dead_endpoint()}}));
    EXPECT_EQ(status.at("version"), "1.2.3");
    EXPECT_EQ(status.at("shards"), 2);
    EXPECT_EQ(status.at("connections").at("shop \"1\"\n").at("ws"), 4);
    EXPECT_EQ(status.at("channels").at("public").at("subscriptions"), 10);
    EXPECT_EQ(status.at("queued_bytes"), 22);
    EXPECT_EQ(status.at("webhooks").at(0).at("delivering"), false);
    EXPECT_EQ(status.at("webhooks").at(0).at("events_given_up"), 2);
    EXPECT_EQ(status.at("cluster").at("state"), "joined");
    EXPECT_EQ(status.at("cluster").at("messages_lost"), 8);
}

TEST(StatusJson, ReportsTheStateOfTheCluster) {
    const auto state = [](std::uint64_t connected, std::uint64_t registered,
                          std::uint64_t recovering, std::uint64_t detached) {
        ShardSnapshot shard;
        shard.metrics.cluster.shards = 2;
        shard.metrics.cluster.connected = connected;
        shard.metrics.cluster.partitions_registered = registered;
        shard.metrics.cluster.partitions_recovering = recovering;
        shard.metrics.cluster.detached = detached;
        const auto status = nlohmann::json::parse(status_json(process_info, {{shard}, {}}));
        return status.at("cluster").at("state").get<std::string>();
    };
    EXPECT_EQ(state(2, 256, 0, 0), "joined");
    EXPECT_EQ(state(2, 256, 3, 0), "recovering");
    EXPECT_EQ(state(2, 255, 0, 0), "registering");
    EXPECT_EQ(state(1, 256, 0, 0), "connecting");
    EXPECT_EQ(state(0, 256, 0, 1), "detached");
}

TEST(Reports, OmitTheClusterOnASingleNode) {
    const NodeSnapshot alone{{ShardSnapshot{}}, {}};
    EXPECT_EQ(prometheus_text(process_info, alone).find("cluster"), std::string::npos);
    EXPECT_FALSE(nlohmann::json::parse(status_json(process_info, alone)).contains("cluster"));
}

}  // namespace
}  // namespace carillon
