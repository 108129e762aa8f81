#include "carillon/admin/reports.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
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
    ClusterMetrics& cluster = shard.metrics.cluster.emplace();
    cluster.connected = 1;
    cluster.partitions_registered = 128;
    cluster.messages_lost = 4;
    shard.metrics.publish_to_write.add(60us);
    shard.metrics.publish_to_write.add(10s);
    shard.metrics.rest[{"/apps/*/events", 200}].add(1ms);
    shard.connections[{"shop \"1\"\n", "ws"}] = 2;
    shard.channels["public"] = 3;
    shard.subscriptions["public"] = 5;
    shard.queued_bytes = 11;
    shard.lag = 2ms;
    return shard;
}

WebhookMetricsByEndpoint failing_endpoint() {
    WebhookMetrics metrics;
    metrics.requests["timeout"].add(4s);
    metrics.events["delivered"] = 5;
    metrics.events["expired"] = 2;
    metrics.queued_events = 3;
    metrics.breaker = WebhookMetrics::Breaker::open;
    return {{{"shop", "http://127.0.0.1:9#1"}, metrics}};
}

const ProcessInfo process_info{
    .version = "1.2.3",
    .flusher = "gathered",
    .metrics = {.uptime_seconds = 60, .resident_bytes = 4096, .log_lines_dropped = 9}};

bool has_line(const std::string& text, const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
}

TEST(PrometheusText, SumsUpTheShards) {
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
    EXPECT_TRUE(has_line(text, "carillon_publish_to_write_seconds_count 4"));
    EXPECT_TRUE(has_line(text, "carillon_cluster_messages_lost_total 8"));
    EXPECT_TRUE(has_line(text, R"(carillon_info{version="1.2.3",flusher="gathered"} 1)"));
}

TEST(PrometheusText, EscapesLabelsAndCountsBucketsFromBelow) {
    const std::string text = prometheus_text(process_info, {{busy_shard()}, failing_endpoint()});
    EXPECT_TRUE(has_line(text, R"(carillon_connections{app="shop \"1\"\n",transport="ws"} 2)"));
    const std::string bucket = "carillon_publish_to_write_seconds_bucket{le=";
    EXPECT_NE(text.find(bucket + "\"+Inf\"} 2"), std::string::npos);
    EXPECT_TRUE(has_line(text, bucket + "\"5\"} 1"));
    EXPECT_TRUE(has_line(text, "carillon_publish_to_write_seconds_count 2"));
}

TEST(PrometheusText, CountsWebhooksByEndpointAndOutcome) {
    const std::string text = prometheus_text(process_info, {{busy_shard()}, failing_endpoint()});
    const std::string endpoint = R"({app="shop",endpoint="http://127.0.0.1:9#1")";
    EXPECT_TRUE(has_line(
        text, "carillon_webhook_request_seconds_count" + endpoint + R"(,outcome="timeout"} 1)"));
    const std::string events = "carillon_webhook_events_total" + endpoint;
    EXPECT_TRUE(has_line(text, events + R"(,result="delivered"} 5)"));
    EXPECT_TRUE(has_line(text, events + R"(,result="expired"} 2)"));
    EXPECT_TRUE(has_line(text, "carillon_webhook_queued_events" + endpoint + "} 3"));
    EXPECT_TRUE(has_line(text, "carillon_webhook_breaker" + endpoint + "} 2"));
}

TEST(PrometheusText, HasTheSamplesOfAllEndpointsInOneFamily) {
    WebhookMetricsByEndpoint endpoints = failing_endpoint();
    endpoints[{"other", "http://127.0.0.1:9#2"}].queued_events = 1;
    const std::string text = prometheus_text(process_info, {{busy_shard()}, endpoints});
    const std::string type = "# TYPE carillon_webhook_queued_events gauge\n";
    const auto family = text.find(type);
    ASSERT_NE(family, std::string::npos);
    EXPECT_EQ(text.find(type, family + 1), std::string::npos);
    EXPECT_TRUE(has_line(
        text, R"(carillon_webhook_queued_events{app="other",endpoint="http://127.0.0.1:9#2"} 1)"));
}

TEST(StatusJson, ReportsTheStateOfTheNode) {
    const auto status = nlohmann::json::parse(
        status_json(process_info, {{busy_shard(), busy_shard()}, failing_endpoint()}));
    EXPECT_EQ(status.at("version"), "1.2.3");
    EXPECT_EQ(status.at("shards"), 2);
    EXPECT_EQ(status.at("connections").at("shop \"1\"\n").at("ws"), 4);
    EXPECT_EQ(status.at("subscriptions").at("public"), 10);
    EXPECT_EQ(status.at("queued_bytes"), 22);
    EXPECT_EQ(status.at("webhooks").at(0).at("delivering"), false);
    EXPECT_EQ(status.at("webhooks").at(0).at("events").at("expired"), 2);
    EXPECT_EQ(status.at("connections_refused").at("4001"), 6);
    EXPECT_EQ(status.at("uptime_seconds"), 60);
    EXPECT_EQ(status.at("loop_lag_seconds"), 0.002);
    EXPECT_TRUE(status.at("slow_consumers").is_number_unsigned());
    EXPECT_FALSE(status.contains("turn_seconds")) << "no histograms";
    EXPECT_EQ(status.at("cluster").at("state"), "joined");
    EXPECT_EQ(status.at("cluster").at("messages_lost"), 8);
}

TEST(StatusJson, ReportsTheStateOfTheCluster) {
    const auto state = [](std::uint64_t connected, std::uint64_t registered,
                          std::uint64_t recovering, std::uint64_t detached) {
        ShardSnapshot shard;
        shard.shards = 2;
        ClusterMetrics& cluster = shard.metrics.cluster.emplace();
        cluster.connected = connected;
        cluster.detached = detached;
        cluster.partitions_registered = registered;
        cluster.partitions_recovering = recovering;
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
    const NodeSnapshot single{{ShardSnapshot{}}, {}};
    EXPECT_EQ(prometheus_text(process_info, single).find("cluster"), std::string::npos);
    EXPECT_FALSE(nlohmann::json::parse(status_json(process_info, single)).contains("cluster"));
}

}  // namespace
}  // namespace carillon
