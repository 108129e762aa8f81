#include "carillon/auth/api_request.hpp"

#include <gtest/gtest.h>

#include <array>

#include "carillon/auth/signature.hpp"
#include "vectors.hpp"

namespace carillon {
namespace {

constexpr std::int64_t vector_time = 1700000000;
constexpr std::string_view trigger_body =
    R"({"name":"order-shipped","data":"{\"id\":1}","channels":["private-orders"]})";
constexpr std::string_view trigger_md5 = "e495bfae1e451350d4e9702f6614167b";
constexpr std::string_view trigger_digest =
    "bf74acca36fa8e8ef5223a23d2e01eb477ecd1af034ee8dedb4adb53bd1dd655";
constexpr std::string_view batch_body =
    R"({"batch":[{"name":"a","data":"1","channel":"c1"},)"
    R"({"name":"b","data":"2","channel":"c2","socket_id":"12345.67890"}]})";

/// A request as it goes over the wire, and the server that it meets.
struct Exchange {
    std::string method = "GET";
    std::string path = "/apps/4242/channels";
    std::string query;
    std::string_view body;
    std::int64_t now = vector_time;
    std::string_view path_prefix;

    [[nodiscard]] std::optional<ApiRefusal> check() const {
        const auto parsed = Query::parse(query);
        EXPECT_TRUE(parsed);
        if (!parsed) return std::nullopt;
        return check_api_request({method, path, *parsed, body}, {&vector_credential, 1}, now, 600,
                                 path_prefix);
    }
    [[nodiscard]] std::string refusal() const {
        const auto found = check();
        EXPECT_TRUE(found) << query;
        if (!found) return "";
        EXPECT_EQ(found->status, 401);
        EXPECT_TRUE(found->text.ends_with("\n"));
        EXPECT_EQ(found->text.find('\n'), found->text.size() - 1) << "one line";
        EXPECT_EQ(found->text.find(vector_credential.secret), std::string::npos);
        return found->text.substr(0, found->text.size() - 1);
    }
};

/// The query of a request signed at `vector_time`.
std::string query(std::string_view digest, std::string_view more = "") {
    std::string text = "auth_key=a1b2c3d4e5f60718293a&auth_timestamp=1700000000&auth_version=1.0";
    text += more;
    text += "&auth_signature=";
    text += digest;
    return text;
}

std::string digest_of(std::string_view signed_text) {
    return hmac_sha256_hex(vector_credential.secret, signed_text);
}

/// The digest of a GET of `path` with `parameters` after the usual ones, as its SDK signs them.
std::string digest_of_get(std::string_view path, std::string_view parameters = "") {
    std::string text = "GET\n";
    text += path;
    text += "\nauth_key=a1b2c3d4e5f60718293a&auth_timestamp=1700000000&auth_version=1.0";
    text += parameters;
    return digest_of(text);
}

Exchange trigger() {
    Exchange exchange;
    exchange.method = "POST";
    exchange.path = "/apps/4242/events";
    exchange.query = query(trigger_digest, "&body_md5=" + std::string{trigger_md5});
    exchange.body = trigger_body;
    return exchange;
}

Exchange get(std::string path, std::string_view digest, std::string_view more = "") {
    Exchange exchange;
    exchange.path = std::move(path);
    exchange.query = query(digest, more);
    return exchange;
}

Exchange post(std::string path, std::string_view digest, std::string_view more,
              std::string_view body) {
    Exchange exchange = get(std::move(path), digest, more);
    exchange.method = "POST";
    exchange.body = body;
    return exchange;
}

TEST(ApiRequest, AcceptsTheVectors) {
    const std::string room = "/apps/4242/channels/presence-room";
    const std::string terminate = "/apps/4242/users/u1/terminate_connections";
    const std::array accepted{
        trigger(),
        post("/apps/4242/batch_events",
             "0d61142d5bd3f81e5f345c15a5e930d40cf3f9aa5e4efe00365648abb5f6a46a",
             "&body_md5=ed48856cdbf87c7191bfd40ae8605d99", batch_body),
        get("/apps/4242/channels",
            "78748482df313cadb2b6cb02fb84bb78658a704dbe5c3b0a7f32f1438b966702",
            "&filter_by_prefix=presence-&info=user_count"),
        get(room, "393f44139a57eeeee497527742ed539228c54c87e640053adc9e8c1bd3cf3f57",
            "&info=user_count,subscription_count"),
        get(room, "393f44139a57eeeee497527742ed539228c54c87e640053adc9e8c1bd3cf3f57",
            "&info=user_count%2Csubscription_count"),
        get(room + "/users", "d3c9c7ca4b816e7596b6ecb2119183fc0a3de382cd545359c1ba7cfae7a2980d",
            "&body_md5=d41d8cd98f00b204e9800998ecf8427e"),
        get("/apps/4242/channels",
            "11b9b28c299233c438b50f5bdf392e54490f2edb4706de4dc92b42a739ac206c",
            "&Zeta=Mixed%20Case%2FValue"),
        get("/apps/4242/channels",
            "e313593b6cd9ce8771afa6e19e4498707ef81db477f9737e8476bbf9a31fc816",
            "&info%5B%5D=a&info%5B%5D=b"),
        post(terminate, "f2acf1979e9302b392a0d9d60c6071d19e5dc49817695f0ea16353cfbed6c023",
             "&body_md5=99914b932bd37a50b983c5e7c90ae93b", "{}"),
        post(terminate, "bd7897aa629a5ed6fdba77a6b6edf3d9d88eef1f168bee389aaa1e700c290c73", "",
             "")};
    for (const Exchange& exchange : accepted) {
        const auto refusal = exchange.check();
        EXPECT_FALSE(refusal) << exchange.query << " " << (refusal ? refusal->text : "");
    }
}

TEST(ApiRequest, AcceptsThePublishedExample) {
    const auto parsed = Query::parse(
        "body_md5=ec365a775a4cd0599faeb73354201b6f&auth_version=1.0&auth_key=278d425bdf160c739803&"
        "auth_timestamp=1353088179&"
        "auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c");
    ASSERT_TRUE(parsed);
    const auto verdict = check_api_request(
        {"POST", "/apps/3/events", *parsed,
         R"({"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"})"},
        {&published_credential, 1}, 1353088179, 600, "");
    EXPECT_FALSE(verdict) << verdict->text;
}

TEST(ApiRequest, AcceptsParametersInAnyOrder) {
    Exchange exchange = trigger();
    exchange.query = "body_md5=" + std::string{trigger_md5} +
                     "&auth_version=1.0&auth_signature=" + std::string{trigger_digest} +
                     "&auth_timestamp=1700000000&auth_key=a1b2c3d4e5f60718293a";
    EXPECT_FALSE(exchange.check());
    exchange.method = "post";
    EXPECT_FALSE(exchange.check());
}

TEST(ApiRequest, AcceptsValuesSignedRawDecodedOrWithSpaces) {
    const std::string path = "/apps/4242/channels";
    // The wire form first, then what the SDK signed.
    const std::pair<std::string_view, std::string_view> habits[] = {
        {"&q=100%", "&q=100%"}, {"&q=a=b", "&q=a=b"},     {"&q=a+b", "&q=a+b"},
        {"&q=a+b", "&q=a b"},   {"&q=a+%2B", "&q=a +"},   {"&q=a%20b", "&q=a%20b"},
        {"&q=%C3%BC", "&q=ü"},  {"&q=%252C", "&q=%2C"},   {"&q=x%26y", "&q=x&y"},
        {"&q", "&q="},          {"&Q=1&a=2", "&a=2&q=1"}, {"&q[]=b&q[]=a", "&q[]=b&q[]=a"},
    };
    for (const auto& [wire, signed_form] : habits) {
        // All names sort after "auth_version" but for "a".
        std::string digest = digest_of_get(path, signed_form);
        if (signed_form.starts_with("&a=")) {
            digest = digest_of("GET\n" + path +
                               "\na=2&auth_key=a1b2c3d4e5f60718293a&auth_timestamp=1700000000&"
                               "auth_version=1.0&q=1");
        }
        EXPECT_FALSE(get(path, digest, wire).check()) << wire;
    }
    EXPECT_TRUE(get(path, digest_of_get(path, "&q=a"), "&q=b").check());
    EXPECT_TRUE(get(path, digest_of_get(path), "&q=b").check()) << "every parameter is signed";
}

TEST(ApiRequest, KeepsTheOrderOfRepeatedParameters) {
    std::string repeated;
    for (int i = 40; i > 0; --i) repeated += "&q[]=" + std::to_string(i);
    const std::string path = "/apps/4242/channels";
    EXPECT_FALSE(get(path, digest_of_get(path, repeated), repeated).check());
}

TEST(ApiRequest, AcceptsPathsSignedRawDecodedOrWithoutPrefix) {
    const std::string sent = "/ws/apps/4242/users/a%20b/x";
    for (const std::string_view signed_path :
         {"/ws/apps/4242/users/a%20b/x", "/ws/apps/4242/users/a b/x", "/apps/4242/users/a%20b/x",
          "/apps/4242/users/a b/x"}) {
        Exchange exchange = get(sent, digest_of_get(signed_path));
        exchange.path_prefix = "/ws";
        EXPECT_FALSE(exchange.check()) << signed_path;
        exchange.path_prefix = "";
        EXPECT_EQ(exchange.check().has_value(), !signed_path.starts_with("/ws")) << signed_path;
    }
    EXPECT_TRUE(get(sent, digest_of_get("/apps/4242/channels")).check());
    for (const std::string_view signed_path : {"/ws//apps/4242/channels", "/apps/4242/channels"}) {
        Exchange slashes = get("/ws//apps/4242/channels", digest_of_get(signed_path));
        slashes.path_prefix = "/ws";
        EXPECT_FALSE(slashes.check()) << signed_path;
    }
}

TEST(ApiRequest, AcceptsUpperCaseHex) {
    Exchange exchange = trigger();
    for (char& c : exchange.query) {
        if (c >= 'a' && c <= 'f' && &c > &exchange.query[exchange.query.find("signature=") + 9]) {
            c = static_cast<char>(c & ~0x20);
        }
    }
    EXPECT_FALSE(exchange.check());
}

TEST(ApiRequest, NeedsAKeyOfTheApp) {
    Exchange exchange = trigger();
    exchange.query.replace(0, 5, "x");
    EXPECT_EQ(exchange.refusal(), "Missing parameter: auth_key");
    exchange.query = "";
    EXPECT_EQ(exchange.refusal(), "Missing parameter: auth_key");
    exchange.query = "auth_key=278d425bdf160c739803";
    EXPECT_EQ(exchange.refusal(), "Unknown auth_key");
}

TEST(ApiRequest, NeedsTheVersion) {
    Exchange exchange;
    exchange.query = "auth_key=a1b2c3d4e5f60718293a&auth_timestamp=1700000000";
    EXPECT_EQ(exchange.refusal(), "Version required");
    exchange.query += "&auth_version=1";
    EXPECT_EQ(exchange.refusal(), "Version not supported");
}

TEST(ApiRequest, NeedsATimestamp) {
    for (const std::string_view timestamp :
         {"", "&auth_timestamp=", "&auth_timestamp=x", "&auth_timestamp=.5",
          "&auth_timestamp=1700000000.", "&auth_timestamp=1700000000.x",
          "&auth_timestamp=1700000000.5.5", "&auth_timestamp=1.7e9",
          "&auth_timestamp=1700000000%20", "&auth_timestamp=99999999999999999999"}) {
        Exchange exchange;
        exchange.query = "auth_key=a1b2c3d4e5f60718293a&auth_version=1.0" + std::string{timestamp};
        EXPECT_EQ(exchange.refusal(), "Timestamp required") << timestamp;
    }
}

TEST(ApiRequest, TakesTheWholePartOfATimestampWithAFraction) {
    for (const std::string_view fraction : {".0", ".25", ".123456789012345678901234567890"}) {
        std::string parameters = "auth_key=a1b2c3d4e5f60718293a&auth_timestamp=1700000000";
        parameters += fraction;
        parameters += "&auth_version=1.0";
        Exchange exchange;
        exchange.query =
            parameters + "&auth_signature=" + digest_of("GET\n/apps/4242/channels\n" + parameters);
        exchange.now = vector_time + 599;
        EXPECT_FALSE(exchange.check()) << fraction;
        exchange.now = vector_time + 600;
        EXPECT_TRUE(exchange.refusal().starts_with("Timestamp expired")) << fraction;
    }
}

TEST(ApiRequest, LivesLessThanTheWindow) {
    Exchange exchange = trigger();
    for (const std::int64_t skew : {-599, 599}) {
        exchange.now = vector_time + skew;
        EXPECT_FALSE(exchange.check()) << skew;
    }
    exchange.now = vector_time - 600;
    EXPECT_TRUE(exchange.refusal().starts_with("Timestamp expired"));
    exchange.now = vector_time + 600;
    EXPECT_EQ(exchange.refusal(),
              "Timestamp expired: Given timestamp (2023-11-14T22:13:20Z) not within 600s of server "
              "time (2023-11-14T22:23:20Z)");
}

TEST(ApiRequest, PrintsAnyTimestamp) {
    for (const std::string_view timestamp : {"-9223372036854775808", "9223372036854775807", "-1"}) {
        Exchange exchange;
        exchange.query = "auth_key=a1b2c3d4e5f60718293a&auth_version=1.0&auth_timestamp=";
        exchange.query += timestamp;
        EXPECT_TRUE(exchange.refusal().starts_with("Timestamp expired")) << timestamp;
    }
}

TEST(ApiRequest, TellsWhatShouldHaveBeenSigned) {
    Exchange exchange = trigger();
    exchange.query.replace(exchange.query.find(trigger_digest), 64, "wrong\r\n\"");
    EXPECT_EQ(exchange.refusal(),
              "Invalid signature: you should have sent HmacSHA256Hex(\"POST\\n/apps/4242/events\\n"
              "auth_key=a1b2c3d4e5f60718293a&auth_timestamp=1700000000&auth_version=1.0&body_md5=" +
                  std::string{trigger_md5} + "\", your_secret_key), but you sent \"wrong?\\n\"\"");
    exchange.query.resize(exchange.query.find("&auth_signature"));
    EXPECT_TRUE(exchange.refusal().ends_with("but you sent \"\""));
}

TEST(ApiRequest, RefusesWhatWasChangedAndTellsNoDigest) {
    std::vector<Exchange> changed(6, trigger());
    changed[0].method = "GET";
    changed[1].path = "/apps/4243/events";
    changed[2].query += "&extra=1";
    changed[3].query.replace(changed[3].query.find("1700000000"), 10, "1700000001");
    changed[4].query.replace(changed[4].query.find(trigger_digest), 1, "0");
    changed[5].query.replace(changed[5].query.find(trigger_md5), 1, "0");
    for (const Exchange& exchange : changed) {
        const std::string text = exchange.refusal();
        EXPECT_TRUE(text.starts_with("Invalid signature: ")) << text;
    }
    EXPECT_EQ(changed[4].refusal().find(trigger_digest), std::string::npos);
}

TEST(ApiRequest, BoundsWhatItEchoes) {
    Exchange exchange;
    exchange.query = query(std::string(5000, 's'), "&q=" + std::string(5000, 'q'));
    EXPECT_LT(exchange.refusal().size(), 2300U);
}

TEST(ApiRequest, EchoesNoSecret) {
    const std::string secret{vector_credential.secret};
    Exchange exchange;
    exchange.query = query("x" + secret);
    EXPECT_EQ(exchange.refusal(), "Invalid signature");
    exchange.query = query("x", "&secret=" + secret);
    EXPECT_EQ(exchange.refusal(), "Invalid signature");
    exchange.path += secret;
    exchange.query = query("x");
    EXPECT_EQ(exchange.refusal(), "Invalid signature");
}

TEST(ApiRequest, HasAHeadThatIsCheckedBeforeTheBody) {
    const Exchange exchange = trigger();
    const auto check = [&](const std::string& text, std::int64_t now = vector_time) {
        const auto parsed = Query::parse(text);
        return check_api_head({exchange.method, exchange.path, *parsed, ""},
                              {&vector_credential, 1}, now, 600, "");
    };
    EXPECT_FALSE(check(exchange.query));
    EXPECT_EQ(check(exchange.query, vector_time + 600)->status, 401);
    EXPECT_EQ(check(exchange.query + "&more=1")->status, 401);
    EXPECT_EQ(check("auth_key=unknown")->text, "Unknown auth_key\n");
}

TEST(ApiRequest, ChecksTheBodyAfterTheSignature) {
    Exchange exchange = trigger();
    exchange.body = "{}";
    EXPECT_TRUE(exchange.refusal().starts_with("Invalid body_md5"));
    exchange.body = "";
    EXPECT_TRUE(exchange.refusal().starts_with("Invalid body_md5"));
    exchange = post("/apps/4242/users/u1/terminate_connections",
                    "bd7897aa629a5ed6fdba77a6b6edf3d9d88eef1f168bee389aaa1e700c290c73", "", "{}");
    EXPECT_EQ(exchange.refusal(), "Missing parameter: body_md5");
}

}  // namespace
}  // namespace carillon
