#include "home_contract.hpp"

#include <algorithm>
#include <map>

#include "carillon/protocol/channel_name.hpp"

namespace carillon::test {

using nlohmann::json;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

HomeContract::HomeContract() {
    app->id = AppId("app");
    app->index = AppIndex{0};
    for (const WebhookKind kind :
         {WebhookKind::channel_occupied, WebhookKind::channel_vacated, WebhookKind::member_added,
          WebhookKind::member_removed, WebhookKind::client_event, WebhookKind::cache_miss}) {
        app->webhook_kinds.add(kind);
    }
    app->webhook_grace = 1s;
    world = GetParam().make(app);
}

Join HomeContract::make_join(const std::string& name, std::uint32_t id,
                             const std::string& member) const {
    Join join{.channel = channel(name),
              .ticket = {id, id},
              .socket_id = socket_id(id),
              .member = std::nullopt};
    if (!member.empty()) join.member = PresenceData{member, R"({"n":1})"};
    return join;
}

std::string HomeContract::message(const std::string& name, const std::string& event) {
    return R"({"event":")" + event + R"(","channel":")" + name + R"(","data":"{}"})";
}

void HomeContract::publish(const std::string& name, const std::string& event) {
    Publish publish{.channel = channel(name), .text = message(name, event), .excluded = {}};
    publish.accepted = world->now();
    if (ChannelKind::of(name).cache) publish.cache = CacheRule{std::chrono::minutes(1), 1U << 20U};
    request(one, std::move(publish));
}

void HomeContract::client_event(ShardId from, const std::string& name, const std::string& event,
                                std::uint32_t sender) {
    request(from, ClientEvent{.channel = channel(name),
                              .sender = {sender, sender},
                              .socket_id = socket_id(sender),
                              .text = message(name, event),
                              .accepted = {},
                              .webhook = ""});
}

std::vector<std::string> HomeContract::take_events(ShardId edge) {
    std::vector<std::string> events;
    for (const Deliver& deliver : take<Deliver>(edge)) {
        const json frame = json::parse(deliver.text);
        std::string event = frame.at("event");
        const json data = json::parse(frame.at("data").get<std::string>());
        if (data.contains("user_id")) event += " " + data.at("user_id").get<std::string>();
        if (data.contains("subscription_count"))
            event += " " + data.at("subscription_count").dump();
        events.push_back(event);
    }
    return events;
}

std::vector<std::string> HomeContract::take_webhooks() {
    std::vector<std::string> taken;
    for (const WebhookEvent& event : std::exchange(world->webhooks, {})) {
        std::string text{name_of(event.kind)};
        if (!event.channel.empty()) text += " " + event.channel;
        if (!event.user_id.empty()) text += " " + event.user_id;
        taken.push_back(text);
    }
    return taken;
}

ChannelAnswer HomeContract::query(ChannelQuery query) {
    query.query_id = 7;
    query.app = app->index;
    request(two, std::move(query));
    std::vector<ChannelAnswer> answers = take<ChannelAnswer>(two);
    EXPECT_THAT(answers, SizeIs(1));
    if (answers.size() != 1) return {};
    EXPECT_EQ(answers.front().query_id, 7U);
    return std::move(answers.front());
}

std::vector<std::string> HomeContract::users(std::string name, bool with_info) {
    std::vector<std::string> texts;
    const ChannelAnswer answer = query({.kind = ChannelQuery::Kind::users,
                                        .prefix = {},
                                        .names = {std::move(name)},
                                        .with_info = with_info});
    for (const PresenceData& user : answer.users) {
        texts.push_back(user.user_id + (user.user_info ? " " + *user.user_info : ""));
    }
    return texts;
}

// Joining and leaving. Source: wire.md 2.2, 2.3, 2.5.

TEST_P(HomeContract, AnswersAJoin) {
    join(one, "news", 5);
    const auto answers = take<JoinAnswer>(one);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].channel, channel("news"));
    EXPECT_EQ(answers[0].ticket, (JoinTicket{5, 5}));
    EXPECT_FALSE(answers[0].refusal);
    EXPECT_FALSE(answers[0].is_repeat);
    EXPECT_EQ(json::parse(answers[0].succeeded).at("event"),
              "pusher_internal:subscription_succeeded");
    EXPECT_EQ(answers[0].cached, "");
    EXPECT_THAT(take<JoinAnswer>(two), IsEmpty());
}

TEST_P(HomeContract, AnswersARepeatedJoinWithoutCountingIt) {
    join(one, "news", 5);
    take<JoinAnswer>(one);
    Join again = make_join("news", 5);
    again.is_repeat = true;
    request(one, again);
    const auto answers = take<JoinAnswer>(one);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_TRUE(answers[0].is_repeat);
    EXPECT_NE(answers[0].succeeded, "");
    leave(one, "news", 5);
    publish("news", "e");
    EXPECT_THAT(take_events(one), IsEmpty()) << "one leave ends the subscription";
}

TEST_P(HomeContract, ForgetsAJoinThatIsUndoneBeforeItsAnswer) {
    world->home().receive(one, make_join("presence-room", 5, "ann"));
    world->home().receive(one, Leave{channel("presence-room"), {5, 5}});
    world->settle();
    EXPECT_THAT(users("presence-room"), IsEmpty());
    publish("presence-room", "e");
    EXPECT_THAT(take_events(one), ::testing::Not(::testing::Contains("e")));
}

TEST_P(HomeContract, IgnoresALeaveOfNoSubscription) {
    leave(one, "news", 5);
    join(two, "news", 6);
    leave(one, "news", 5);
    publish("news", "e");
    EXPECT_THAT(take_events(two), ElementsAre("e"));
}

// Events. Source: wire.md 3, 5.3.

TEST_P(HomeContract, DeliversAnEventOncePerShardWithSubscribers) {
    join(one, "news", 1);
    join(one, "news", 2);
    join(two, "news", 3);
    join(three, "other", 4);
    request(three, Publish{.channel = channel("news"),
                           .text = message("news", "e"),
                           .excluded = socket_id(2)});
    for (const ShardId edge : {one, two}) {
        const auto delivered = take<Deliver>(edge);
        ASSERT_THAT(delivered, SizeIs(1));
        EXPECT_EQ(delivered[0].channel, channel("news"));
        EXPECT_EQ(delivered[0].text, message("news", "e"));
        EXPECT_EQ(delivered[0].excluded, socket_id(2));
    }
    EXPECT_THAT(take_events(three), IsEmpty());
}

TEST_P(HomeContract, DeliversEventsInOneOrderToAllShards) {
    join(one, "news", 1);
    join(two, "news", 2);
    std::vector<std::string> published;
    for (int i = 0; i < 50; ++i) {
        published.push_back("e" + std::to_string(i));
        world->home().receive(i % 2 == 0 ? one : three,
                              Publish{.channel = channel("news"),
                                      .text = message("news", published.back()),
                                      .excluded = {}});
    }
    world->settle();
    const std::vector<std::string> delivered = take_events(one);
    EXPECT_THAT(delivered, ::testing::UnorderedElementsAreArray(published));
    EXPECT_EQ(take_events(two), delivered);
}

TEST_P(HomeContract, DeliversNothingAfterTheLastLeave) {
    join(one, "news", 1);
    join(one, "news", 2);
    leave(one, "news", 1);
    publish("news", "first");
    leave(one, "news", 2);
    publish("news", "second");
    EXPECT_THAT(take_events(one), ElementsAre("first"));
}

TEST_P(HomeContract, DeliversClientEventsOfSubscribersOnly) {
    join(one, "private-room", 1);
    join(two, "private-room", 2);
    client_event(one, "private-room", "client-hello", 1);
    EXPECT_THAT(take_events(one), ElementsAre("client-hello"));
    const auto delivered = take<Deliver>(two);
    ASSERT_THAT(delivered, SizeIs(1));
    EXPECT_EQ(delivered[0].excluded, socket_id(1));

    client_event(three, "private-other", "client-hello", 3);
    const auto refused = take<ClientEventRefused>(three);
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_EQ(refused[0].slot, 3U);
    EXPECT_EQ(refused[0].socket_id, socket_id(3));
}

TEST_P(HomeContract, RefusesClientEventsOfStrangersOnAPresenceChannel) {
    join(one, "presence-room", 1, "ann");
    take_events(one);
    client_event(two, "presence-room", "client-hello", 2);
    EXPECT_THAT(take_events(one), IsEmpty());
    EXPECT_THAT(take<ClientEventRefused>(two), SizeIs(1));
}

// Presence. Source: wire.md 2.3, 2.6.

TEST_P(HomeContract, AnswersAPresenceJoinWithAllMembers) {
    join(one, "presence-room", 1, "ann");
    join(two, "presence-room", 2, "bob");
    const auto answers = take<JoinAnswer>(two);
    ASSERT_THAT(answers, SizeIs(1));
    const json data = json::parse(json::parse(answers[0].succeeded).at("data").get<std::string>());
    EXPECT_EQ(data.at("presence").at("count"), 2);
    EXPECT_THAT(data.at("presence").at("ids").get<std::vector<std::string>>(),
                UnorderedElementsAre("ann", "bob"));
    EXPECT_EQ(data.at("presence").at("hash").at("ann"), json({{"n", 1}}));
}

TEST_P(HomeContract, AnnouncesAMemberOnceHoweverManyConnections) {
    join(one, "presence-room", 1, "ann");
    take_events(one);
    join(two, "presence-room", 2, "bob");
    join(three, "presence-room", 3, "bob");
    EXPECT_THAT(take_events(one), ElementsAre("pusher_internal:member_added bob"));
    leave(two, "presence-room", 2);
    EXPECT_THAT(take_events(one), IsEmpty());
    leave(three, "presence-room", 3);
    EXPECT_THAT(take_events(one), ElementsAre("pusher_internal:member_removed bob"));
}

TEST_P(HomeContract, RefusesAMemberBeyondTheLimit) {
    const auto limited = [this](std::uint32_t id, const std::string& member) {
        Join join = make_join("presence-room", id, member);
        join.presence_members_max = 1;
        return join;
    };
    request(one, limited(1, "ann"));
    request(two, limited(2, "bob"));
    const auto refused = take<JoinAnswer>(two);
    ASSERT_THAT(refused, SizeIs(1));
    ASSERT_TRUE(refused[0].refusal);
    EXPECT_EQ(refused[0].refusal->code, Errc::channel_full);
    request(three, limited(3, "ann"));
    const auto admitted = take<JoinAnswer>(three);
    ASSERT_THAT(admitted, SizeIs(1));
    EXPECT_FALSE(admitted[0].refusal) << "a member may have further connections";
    publish("presence-room", "e");
    EXPECT_THAT(take_events(two), IsEmpty());
}

// Cache channels. Source: wire.md 2.7.

TEST_P(HomeContract, AnswersAJoinOfACacheChannelWithTheLastEvent) {
    join(one, "cache-news", 1);
    auto answers = take<JoinAnswer>(one);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(json::parse(answers[0].cached).at("event"), "pusher:cache_miss");
    publish("cache-news", "first");
    publish("cache-news", "second");
    join(two, "cache-news", 2);
    answers = take<JoinAnswer>(two);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].cached, message("cache-news", "second"));
}

TEST_P(HomeContract, KeepsTheLastEventWithoutSubscribers) {
    publish("cache-news", "only");
    join(one, "cache-news", 1);
    const auto answers = take<JoinAnswer>(one);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].cached, message("cache-news", "only"));
}

// Subscription counts. Source: wire.md 2.8.

TEST_P(HomeContract, AnnouncesCountsIfTheyAreWanted) {
    Join first = make_join("news", 1);
    Join second = make_join("news", 2);
    first.wants_count = second.wants_count = true;
    request(one, first);
    request(two, second);
    request(two, Leave{channel("news"), {2, 2}, true});
    EXPECT_THAT(take_events(one), ElementsAre("pusher_internal:subscription_count 1",
                                              "pusher_internal:subscription_count 2",
                                              "pusher_internal:subscription_count 1"));
    join(one, "silent", 3);
    EXPECT_THAT(take_events(one), IsEmpty());
}

// Queries. Source: wire.md 5.5, 5.6, 5.7.

TEST_P(HomeContract, AnswersQueries) {
    join(one, "news", 1);
    join(two, "news", 2);
    join(one, "presence-room", 3, "ann");
    join(two, "presence-room", 4, "ann");
    join(two, "presence-room", 5, "bob");
    publish("cache-empty", "e");

    std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> found;
    for (const ChannelSummary& summary :
         query({.kind = ChannelQuery::Kind::by_prefix, .prefix = "", .names = {}}).channels) {
        found[summary.name] = {summary.subscriptions, summary.users};
    }
    EXPECT_THAT(found, ElementsAre(::testing::Pair("news", ::testing::Pair(2, 0)),
                                   ::testing::Pair("presence-room", ::testing::Pair(3, 2))));

    const auto by_name = query({.kind = ChannelQuery::Kind::by_name,
                                .prefix = {},
                                .names = {"none", "cache-empty", "news"},
                                .cached = true})
                             .channels;
    ASSERT_THAT(by_name, SizeIs(3));
    std::map<std::string, const ChannelSummary*> of;
    for (const ChannelSummary& summary : by_name) of[summary.name] = &summary;
    EXPECT_EQ(of.at("none")->subscriptions, 0U);
    EXPECT_EQ(of.at("news")->subscriptions, 2U);
    ASSERT_TRUE(of.at("cache-empty")->cached);
    EXPECT_EQ(of.at("cache-empty")->cached->text, message("cache-empty", "e"));

    EXPECT_THAT(users("presence-room"), UnorderedElementsAre("ann", "bob"));
    EXPECT_EQ(query({.kind = ChannelQuery::Kind::connections, .prefix = {}, .names = {}})
                  .connections_elsewhere,
              0U);
}

TEST_P(HomeContract, AnswersWithTheInfosOfMembersIfAsked) {
    Join with_info = make_join("presence-room", 3, "ann");
    with_info.member->user_info = R"({"name":"\u00e9\"","n":1.50})";
    request(one, with_info);
    join(two, "presence-room", 4, "bob");
    EXPECT_THAT(users("presence-room", true),
                UnorderedElementsAre(R"(ann {"name":"\u00e9\"","n":1.50})", R"(bob {"n":1})"));
    EXPECT_THAT(users("presence-room"), UnorderedElementsAre("ann", "bob"));
}

TEST_P(HomeContract, VisitsOccupiedChannels) {
    join(one, "news", 1);
    join(two, "news", 2);
    join(two, "gone", 3);
    leave(two, "gone", 3);
    std::map<std::string, std::size_t> visited;
    world->home().for_each([&visited](std::string_view name, std::size_t subscriptions) {
        visited[std::string(name)] = subscriptions;
    });
    EXPECT_THAT(visited, ElementsAre(::testing::Pair("news", 2)));
}

// Users. Source: wire.md 4.4, 4.5.

TEST_P(HomeContract, ReportsAUsersStatusToShardsThatWatch) {
    const auto statuses = [this](ShardId edge) {
        std::vector<std::pair<std::uint64_t, bool>> all;
        for (const UserStatus& status : take<UserStatus>(edge)) {
            EXPECT_EQ(status.user, user("ann"));
            all.emplace_back(status.watch_id, status.online);
        }
        return all;
    };
    using Statuses = std::vector<std::pair<std::uint64_t, bool>>;
    request(one, Watch{user("ann"), 11});
    EXPECT_EQ(statuses(one), (Statuses{{11, false}}));
    request(two, SignIn{user("ann"), 1});
    request(three, SignIn{user("ann"), 1});
    EXPECT_EQ(statuses(one), (Statuses{{11, true}}));
    request(two, Watch{user("ann"), 12});
    EXPECT_EQ(statuses(two), (Statuses{{12, true}}));
    request(two, SignOut{user("ann")});
    EXPECT_EQ(statuses(one), Statuses{}) << "there is another connection";
    request(one, Unwatch{user("ann")});
    request(three, SignOut{user("ann")});
    EXPECT_EQ(statuses(one), Statuses{});
    EXPECT_EQ(statuses(two), (Statuses{{12, false}}));
}

TEST_P(HomeContract, ClosesATerminatedUserOnTheShardsThatHaveConnections) {
    request(one, SignIn{user("ann"), 1});
    request(two, SignIn{user("ann"), 1});
    request(three, SignIn{user("bob"), 1});
    request(three, TerminateUser{user("ann")});
    EXPECT_THAT(take<CloseUser>(one), SizeIs(1));
    EXPECT_THAT(take<CloseUser>(two), SizeIs(1));
    EXPECT_THAT(take<CloseUser>(three), IsEmpty());
    request(one, TerminateUser{user("nobody")});
    EXPECT_THAT(take<CloseUser>(one), IsEmpty());
}

// Connections of an app.

TEST_P(HomeContract, AdmitsAConnectionWithinTheLimit) {
    request(one, AdmitConnection{app->index, 9, 100});
    const auto answers = take<ConnectionAnswer>(one);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].ticket, 9U);
    EXPECT_TRUE(answers[0].admitted);
    request(one, ReleaseConnection{app->index, 9});
    EXPECT_THAT(take<ConnectionAnswer>(one), IsEmpty());
}

// Webhooks. Source: wire.md 6.3, 6.5.

TEST_P(HomeContract, PushesArrivalsAtOnceAndDeparturesAfterTheGracePeriod) {
    join(one, "presence-room", 1, "ann");
    EXPECT_THAT(take_webhooks(), UnorderedElementsAre("channel_occupied presence-room",
                                                      "member_added presence-room ann"));
    leave(one, "presence-room", 1);
    EXPECT_THAT(take_webhooks(), IsEmpty());
    world->pass(3s);
    EXPECT_THAT(take_webhooks(), UnorderedElementsAre("member_removed presence-room ann",
                                                      "channel_vacated presence-room"));
}

TEST_P(HomeContract, PushesNothingForAReturnWithinTheGracePeriod) {
    join(one, "presence-room", 1, "ann");
    take_webhooks();
    leave(one, "presence-room", 1);
    join(two, "presence-room", 2, "ann");
    world->pass(3s);
    EXPECT_THAT(take_webhooks(), IsEmpty());
}

TEST_P(HomeContract, PushesACacheMiss) {
    join(one, "cache-news", 1);
    EXPECT_THAT(take_webhooks(),
                UnorderedElementsAre("channel_occupied cache-news", "cache_miss cache-news"));
}

}  // namespace carillon::test
