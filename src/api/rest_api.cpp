#include "carillon/api/rest_api.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "carillon/protocol/json_text.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "carillon/runtime/wall_clock.hpp"

namespace carillon {
namespace {

using Json = nlohmann::json;

HttpResponse plain_text(int status, std::string_view text) {
    HttpResponse response{.status = status};
    response.body.append(text).append("\n");
    return response;
}

HttpResponse error_response(const Error& error, const Limits& limits) {
    if (error.code != Errc::data_too_large) return plain_text(400, error.what);
    return plain_text(413, "The data content of this event exceeds the allowed maximum (" +
                               std::to_string(limits.max_event_payload_bytes) +
                               " bytes). See https://pusher.com/docs/channels/server_api/"
                               "http-api#publishing-events for more info");
}

HttpResponse ok(const Json& json) {
    return {.body = json.dump(-1, ' ', false, Json::error_handler_t::replace),
            .content_type = "application/json"};
}

/// Those of `requested` that the app has enabled.
InfoAttributes enabled_attributes(InfoAttributes requested, const App& app) {
    requested.subscription_count = requested.subscription_count && app.subscription_count;
    return requested;
}

Json info_attributes(const ChannelSummary& summary, const InfoAttributes& info) {
    Json json = Json::object();
    if (info.user_count && summary.presence) json["user_count"] = summary.users;
    if (info.subscription_count) json["subscription_count"] = summary.subscriptions;
    return json;
}

/// The `cache` attribute; null without a cached event that has data.
Json cache_attribute(const std::optional<CachedEvent>& cached) {
    if (!cached) return nullptr;
    Json event = Json::parse(cached->text, nullptr, false);
    if (!event.is_object() || !event.contains("data")) return nullptr;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(cached->expires_in);
    return {{"data", std::move(event["data"])}, {"ttl", seconds.count()}};
}

/// Infos are copied as they were received, so numbers keep their digits.
std::string users_json(const std::vector<PresenceData>& users) {
    std::string text = R"({"users":[)";
    for (const PresenceData& user : users) {
        if (!text.ends_with('[')) text += ',';
        text += R"({"id":)";
        append_json_string(text, user.user_id);
        if (user.user_info) text.append(R"(,"user_info":)").append(*user.user_info);
        text += '}';
    }
    return text += "]}";
}

TriggerParser::QueryFallback fallback(const Query& query) {
    TriggerParser::QueryFallback fallback;
    fallback.name = query.find("name");
    fallback.data = query.find("data");
    fallback.channel = query.find("channel");
    fallback.socket_id = query.find("socket_id");
    fallback.info = query.find("info");
    fallback.channels = query.all("channels[]");
    return fallback;
}

}  // namespace

RestApi::RestApi(EventLoop& loop, ChannelShard& channels, ShardMetrics& metrics,
                 std::shared_ptr<const AppRegistry> apps, const ApiOptions& options,
                 std::string path_prefix)
    : loop_(loop),
      channels_(channels),
      metrics_(metrics),
      apps_(std::move(apps)),
      options_(options),
      path_prefix_(std::move(path_prefix)) {}

void RestApi::add_routes(HttpRoutes& routes) {
    const auto add = [&](std::string_view method, std::string_view pattern, Endpoint endpoint) {
        routes.add(
            method, pattern,
            [this, endpoint, pattern](const HttpRequest& request, const HttpReply& reply) {
                const auto count = [this, pattern, begin = loop_.now()](int status) {
                    loop_.refresh_time();
                    metrics_.rest[{pattern, status}].add(loop_.now() - begin);
                };
                serve(endpoint, pattern, request, reply.observed_by(count));
            },
            [this, pattern](const HttpRequest& head) { return check_head(pattern, head); });
    };
    add("POST", "/apps/*/events", &RestApi::post_event);
    add("POST", "/apps/*/batch_events", &RestApi::post_batch);
    add("GET", "/apps/*/channels", &RestApi::get_channels);
    add("GET", "/apps/*/channels/*", &RestApi::get_channel);
    add("GET", "/apps/*/channels/*/users", &RestApi::get_users);
    add("GET", "/apps/*/connections", &RestApi::get_connections);
    add("POST", "/apps/*/users/*/terminate_connections", &RestApi::terminate_connections);
    // pusher-http-python 3.3 leaves the app out.
    add("POST", "/users/*/terminate_connections", &RestApi::terminate_connections);
    // Deprecated, and still called by old SDKs. Source: wire.md 5.9.
    add("POST", "/apps/*/channels/*/events", &RestApi::post_channel_event);
    add("GET", "/apps/*/channels/*/stats", &RestApi::get_stats);
}

void RestApi::serve(Endpoint endpoint, std::string_view pattern, const HttpRequest& request,
                    const HttpReply& reply) {
    const auto query = Query::parse(request.query);
    if (!query) return reply.send(plain_text(400, query.error().what));
    auto verdict = authenticate(pattern, request, *query, check_api_request);
    if (auto* const refusal = std::get_if<HttpResponse>(&verdict)) {
        return reply.send(*refusal);
    }
    const App& app = *std::get<std::shared_ptr<const App>>(verdict);
    const std::uint32_t rate = app.limits.max_api_requests_per_second;
    if (!app.usage->api_requests().admit(rate, loop_.now())) {
        HttpResponse too_many = plain_text(429, "Too many requests");
        too_many.headers.emplace_back("Retry-After", "1");
        return reply.send(too_many);
    }
    (this->*endpoint)({app, request, *query}, reply);
}

std::optional<HttpResponse> RestApi::check_head(std::string_view pattern,
                                                const HttpRequest& request) {
    const auto query = Query::parse(request.query);
    auto verdict = query ? authenticate(pattern, request, *query, check_api_head)
                         : plain_text(400, query.error().what);
    auto* const refusal = std::get_if<HttpResponse>(&verdict);
    if (refusal == nullptr) return std::nullopt;
    metrics_.rest[{pattern, refusal->status}].add(Duration::zero());
    return std::move(*refusal);
}

RestApi::AppOrRefusal RestApi::authenticate(std::string_view pattern, const HttpRequest& request,
                                            const Query& query,
                                            decltype(&check_api_request) check) const {
    const bool is_named = pattern.starts_with("/apps/");
    const auto app = is_named ? apps_->find_by_id(request.path_values[0])
                              : apps_->find_by_key(query.find("auth_key").value_or(""));
    if (!app && !is_named) return plain_text(401, "Missing or unknown auth_key");
    if (!app) return plain_text(404, "App ID not found");
    const ApiRequest signed_request{request.method(), request.path, query, request.body()};
    const auto refused = check(signed_request, app->credentials, unix_seconds(),
                               options_.max_clock_skew_seconds, path_prefix_);
    if (refused) return HttpResponse{.status = refused->status, .body = refused->text};
    if (!app->enabled) return plain_text(403, "The app is disabled");
    return app;
}

void RestApi::publish(const App& app, std::span<const Trigger> triggers, const HttpReply& reply,
                      std::function<void()> done) {
    std::vector<PublishRequest> events;
    for (const Trigger& trigger : triggers) {
        for (const ChannelName& channel : trigger.channels) {
            events.push_back({channel, channel_event(channel.text(), trigger.name, trigger.data),
                              trigger.excluded.value_or(SocketId{})});
        }
    }
    if (channels_.publish(app, std::move(events), std::move(done))) return;
    HttpResponse full =
        plain_text(503, "Redis is not responding and too many events are waiting; try again later");
    full.headers.emplace_back("Retry-After", "1");
    reply.send(full);
}

void RestApi::post_event(const Call& call, const HttpReply& reply) {
    const auto trigger =
        parser_.parse_event(call.request.body(), call.app.limits, fallback(call.query));
    if (!trigger) return reply.send(error_response(trigger.error(), call.app.limits));
    if (!trigger->wants_info) {
        return publish(call.app, {&*trigger, 1}, reply,
                       [reply] { reply.send(ok(Json::object())); });
    }
    const auto app = apps_->find_by_id(call.app.id.get());
    publish(call.app, {&*trigger, 1}, reply,
            [this, reply, app, channels = trigger->channels,
             info = enabled_attributes(trigger->info, call.app)] {
                channels_.queries().summarize(
                    *app, channels, [reply, info](const std::vector<ChannelSummary>& summaries) {
                        Json by_name = Json::object();
                        for (const ChannelSummary& summary : summaries) {
                            by_name[summary.name] = info_attributes(summary, info);
                        }
                        reply.send(ok({{"channels", std::move(by_name)}}));
                    });
            });
}

void RestApi::post_batch(const Call& call, const HttpReply& reply) {
    const auto batch = parser_.parse_batch(call.request.body(), call.app.limits);
    if (!batch) return reply.send(error_response(batch.error(), call.app.limits));
    bool wants_info = false;
    std::vector<ChannelName> channels;
    std::vector<InfoAttributes> infos;
    for (const Trigger& trigger : *batch) {
        wants_info = wants_info || trigger.wants_info;
        channels.push_back(trigger.channels.front());
        infos.push_back(enabled_attributes(trigger.info, call.app));
    }
    if (!wants_info) {
        return publish(call.app, *batch, reply, [reply] { reply.send(ok(Json::object())); });
    }
    const auto app = apps_->find_by_id(call.app.id.get());
    publish(call.app, *batch, reply,
            [this, reply, app, channels = std::move(channels), infos = std::move(infos)] {
                channels_.queries().summarize(
                    *app, channels, [reply, infos](const std::vector<ChannelSummary>& summaries) {
                        Json items = Json::array();
                        for (std::size_t i = 0; i < summaries.size(); ++i) {
                            items.push_back(info_attributes(summaries[i], infos[i]));
                        }
                        reply.send(ok({{"batch", std::move(items)}}));
                    });
            });
}

void RestApi::post_channel_event(const Call& call, const HttpReply& reply) {
    TriggerParser::QueryFallback parameters = fallback(call.query);
    parameters.data = call.request.body();
    parameters.channel = call.request.path_values[1];
    parameters.channels.clear();
    const auto trigger = parser_.parse_event("{}", call.app.limits, parameters);
    if (!trigger) return reply.send(error_response(trigger.error(), call.app.limits));
    publish(call.app, {&*trigger, 1}, reply, [reply] { reply.send({.status = 202}); });
}

void RestApi::get_channels(const Call& call, const HttpReply& reply) {
    const auto info = InfoAttributes::parse(call.query.find("info").value_or(""));
    if (!info) return reply.send(error_response(info.error(), call.app.limits));
    const std::string prefix{call.query.find("filter_by_prefix").value_or("")};
    if (info->user_count && !prefix.starts_with("presence-")) {
        return reply.send(
            plain_text(400,
                       "user_count may only be requested for presence channels - please "
                       "supply filter_by_prefix begining with presence-"));
    }
    channels_.queries().list(call.app, prefix,
                             [reply, info = enabled_attributes(*info, call.app)](
                                 const std::vector<ChannelSummary>& summaries) {
                                 Json channels = Json::object();
                                 for (const ChannelSummary& summary : summaries) {
                                     channels[summary.name] = info_attributes(summary, info);
                                 }
                                 reply.send(ok({{"channels", std::move(channels)}}));
                             });
}

void RestApi::get_channel(const Call& call, const HttpReply& reply) {
    const auto info = InfoAttributes::parse(call.query.find("info").value_or(""));
    if (!info) return reply.send(error_response(info.error(), call.app.limits));
    const auto name = ChannelName::parse(call.request.path_values[1], call.app.limits);
    if (!name) return reply.send(error_response(name.error(), call.app.limits));
    if (info->user_count && !name->kind().is_presence()) {
        return reply.send(
            plain_text(400,
                       "Cannot retrieve the user count unless the channel is a presence "
                       "channel"));
    }
    if (info->cache && !name->kind().cache) {
        return reply.send(
            plain_text(400, "Cannot retrieve the cache unless the channel is a cache channel"));
    }
    channels_.queries().summarize(
        call.app, {*name},
        [reply,
         info = enabled_attributes(*info, call.app)](const std::vector<ChannelSummary>& summaries) {
            const ChannelSummary& summary = summaries.front();
            Json channel = info_attributes(summary, info);
            channel["occupied"] = summary.subscriptions > 0;
            if (info.cache) channel["cache"] = cache_attribute(summary.cached);
            reply.send(ok(channel));
        },
        info->cache);
}

void RestApi::get_users(const Call& call, const HttpReply& reply) {
    const auto name = ChannelName::parse(call.request.path_values[1], call.app.limits);
    if (!name) return reply.send(error_response(name.error(), call.app.limits));
    if (!name->kind().is_presence()) {
        return reply.send(plain_text(400, "Users can only be retrieved for presence channels"));
    }
    const bool with_info = call.query.find("with_user_info") == "1";
    channels_.queries().users(
        call.app, *name, with_info, [reply](const std::vector<PresenceData>& users) {
            reply.send({.body = users_json(users), .content_type = "application/json"});
        });
}

void RestApi::get_connections(const Call& call, const HttpReply& reply) {
    channels_.queries().connections(call.app, [reply](std::uint64_t open) {
        reply.send(ok({{"connections", open}}));
    });
}

void RestApi::get_stats(const Call& call, const HttpReply& reply) {
    const auto name = ChannelName::parse(call.request.path_values[1], call.app.limits);
    if (!name) return reply.send(error_response(name.error(), call.app.limits));
    channels_.queries().summarize(call.app, {*name},
                                  [reply](const std::vector<ChannelSummary>& summaries) {
                                      const ChannelSummary& summary = summaries.front();
                                      Json stats = {{"occupied", summary.subscriptions > 0},
                                                    {"connection_count", summary.subscriptions}};
                                      if (summary.presence) stats["user_count"] = summary.users;
                                      reply.send(ok(stats));
                                  });
}

void RestApi::terminate_connections(const Call& call, const HttpReply& reply) {
    channels_.terminate_user(call.app, call.request.path_values.back());
    reply.send(ok(Json::object()));
}

}  // namespace carillon
