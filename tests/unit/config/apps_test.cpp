#include <algorithm>

#include "configuration_test.hpp"

namespace carillon {
namespace {

using Apps = ConfigurationTest;

std::string described(const App& app) {
    std::string text = app.id.get();
    for (const Credential& credential : app.credentials) {
        text += ' ' + credential.key + ':' + credential.secret;
    }
    return text;
}

TEST_F(Apps, FallBackToThePublicDefaultWithAWarning) {
    const Configuration configuration = load();
    ASSERT_EQ(configuration.apps.size(), 1U);
    EXPECT_EQ(described(configuration.apps[0]), "app-id app-key:app-secret");
    EXPECT_TRUE(configuration.apps[0].client_events);
    EXPECT_TRUE(configuration.default_app);
    ASSERT_EQ(configuration.warnings.size(), 1U);
    EXPECT_NE(configuration.warnings[0].find("public secret"), std::string::npos);
}

TEST_F(Apps, RefuseThePublicSecretInProduction) {
    sources.flags = {{"production", "true"}};
    EXPECT_EQ(problems(),
              "the default app: the public secret app-secret is not allowed in production; set "
              "CARILLON_APP_ID, CARILLON_APP_KEY and CARILLON_APP_SECRET, or configure apps\n");
    sources.environment = {{"CARILLON_APP_ID", "a"}, {"CARILLON_APP_KEY", "k"}};
    EXPECT_NE(problems(), "") << "the secret is still the public one";
    sources.environment.emplace_back("CARILLON_APP_SECRET", "0123456789abcdef");
    EXPECT_EQ(problems(), "");
    file(R"({"apps": [{"id": "x", "key": "x", "secret": "app-secret"}]})");
    EXPECT_NE(problems().find("apps[0] in carillon.json: the public secret"), std::string::npos);
}

TEST_F(Apps, RefuseShortSecretsInProduction) {
    file(R"({"apps": [{"id": "a", "key": "k", "secret": "0123456789abcde"},
                      {"id": "b", "keys": [{"key": "old", "secret": "0123456789abcdef"},
                                           {"key": "new", "secret": "s"}]}]})");
    EXPECT_EQ(problems(), "");
    sources.flags = {{"production", "true"}, {"admin.token", "0123456789abcde"}};
    EXPECT_EQ(problems(),
              "apps[0] in carillon.json: production demands secrets of at least 16 characters; "
              "that of the key k has 15\n"
              "apps[1] in carillon.json: production demands secrets of at least 16 characters; "
              "that of the key new has 1\n"
              "admin.token: production demands at least 16 characters, this one has 15\n");
}

TEST_F(Apps, WarnOfFilesThatOthersCanReadInProduction) {
    namespace fs = std::filesystem;
    file(R"({"apps": [{"id": "a", "key": "k", "secret": "0123456789abcdef"}]})");
    const std::string other =
        write("apps/b.json", R"({"id": "b", "key": "b", "secret": "0123456789abcdef"})");
    sources.flags = {{"apps_directory", (directory() / "apps").string()}};
    const auto allow = [](const std::string& path, bool others) {
        fs::permissions(path, fs::perms::others_read,
                        others ? fs::perm_options::add : fs::perm_options::remove);
    };
    for (const std::string& path : {sources.file->string(), other}) allow(path, true);
    fs::permissions(directory(), fs::perms::others_exec, fs::perm_options::add);
    fs::permissions(directory() / "apps", fs::perms::others_exec, fs::perm_options::add);
    EXPECT_TRUE(load().warnings.empty());
    sources.flags.emplace_back("production", "true");
    ASSERT_EQ(load().warnings.size(), 2U);
    EXPECT_NE(load().warnings[0].find(other), std::string::npos);
    allow(other, false);
    ASSERT_EQ(load().warnings.size(), 1U);
    EXPECT_NE(load().warnings[0].find("can read the secrets in " + sources.file->string()),
              std::string::npos);
    fs::permissions(directory(), fs::perms::others_exec, fs::perm_options::remove);
    EXPECT_TRUE(load().warnings.empty()) << "nobody else can get at it";
}

TEST_F(Apps, RefuseAFixedHashKeyInProduction) {
    sources.flags = {{"production", "true"}, {"hash_seed", "7"}};
    EXPECT_NE(problems().find("hash_seed: a known key is not allowed in production"),
              std::string::npos);
    sources.flags = {{"hash_seed", "7"}};
    EXPECT_EQ(problems(), "");
}

TEST_F(Apps, AreDefinedByTheNamesOfTheSdks) {
    sources.environment = {{"PUSHER_APP_ID", "p"}, {"PUSHER_KEY", "pk"}, {"PUSHER_SECRET", "ps"}};
    EXPECT_EQ(described(load().apps.at(0)), "p pk:ps");
    EXPECT_FALSE(load().default_app);
    sources.environment.emplace_back("PUSHER_APP_KEY", "pak");
    sources.environment.emplace_back("SOKETI_DEFAULT_APP_ID", "soketi");
    EXPECT_EQ(described(load().apps.at(0)), "p pak:ps");
    sources.environment.emplace_back("CARILLON_APP_ID", "own");
    EXPECT_EQ(described(load().apps.at(0)), "own pak:ps");
}

TEST_F(Apps, OverrideTheGlobalLimitsWhereverThoseCameFrom) {
    file(R"({"limits": {"max_connections": 5},
             "apps": [{"id": "a", "key": "k", "secret": "s", "enabled": false,
                       "client_events": false, "limits": {"max_presence_members": 7}}]})");
    sources.flags = {{"limits.max_connections", "6"}, {"limits.max_presence_members", "8"}};
    const App app = load().apps.at(0);
    EXPECT_EQ(app.limits.max_connections, 6U);
    EXPECT_EQ(app.limits.max_presence_members, 7U);
    EXPECT_EQ(app.limits.max_events_per_batch, 10U);
    EXPECT_FALSE(app.enabled);
    EXPECT_FALSE(app.client_events);
}

TEST_F(Apps, CheckTheirOwnLimits) {
    file(R"({"apps": [{"id": "a", "key": "k", "secret": "s",
                       "limits": {"max_event_payload_bytes": 0}}]})");
    EXPECT_EQ(problems(),
              "apps[0].limits.max_event_payload_bytes in carillon.json: must be a whole number "
              "from 1 to 1048576, but is 0\n");
}

TEST_F(Apps, KeepRotatedKeysOldestFirst) {
    file(R"({"apps": [{"id": "a", "keys": [{"key": "k1", "secret": "s1"},
                                           {"key": "k2", "secret": "s2"}]}]})");
    EXPECT_EQ(described(load().apps.at(0)), "a k1:s1 k2:s2");
}

TEST_F(Apps, RefuseIncompleteOrContradictoryCredentials) {
    file(R"({"apps": [{"id": "a", "key": "k", "secret": "s", "keys": [{"key": "l", "secret": "t"}]},
                      {"id": "b", "keys": []},
                      {"id": "c", "keys": [{"key": "m"}, "n"]},
                      {"id": "d", "key": "o:p", "secret": ""},
                      {"key": "q", "secret": "u"}, 7]})");
    EXPECT_EQ(
        problems(),
        "apps[0].keys in carillon.json: replaces key and secret; remove them or keys\n"
        "apps[1].keys in carillon.json: must contain at least one {\"key\": …, \"secret\": …}\n"
        "apps[2].keys[0].secret in carillon.json: is required\n"
        "apps[2].keys[1] in carillon.json: must be an object, but is a string\n"
        "apps[3].secret in carillon.json: must not be empty\n"
        "apps[3].key in carillon.json: must not contain a colon, which ends the key in "
        "signatures\n"
        "apps[4].id in carillon.json: is required\n"
        "apps[5] in carillon.json: must be an object, but is a number\n");
}

TEST_F(Apps, RefuseSharedIdsAndKeys) {
    file(
        R"({"apps": [{"id": "a", "keys": [{"key": "k", "secret": "s"}, {"key": "k", "secret": "t"}]},
                      {"id": "a", "key": "k", "secret": "s"}]})");
    EXPECT_EQ(
        problems(),
        "apps[0] in carillon.json: the key k is already used by apps[0] in carillon.json; choose "
        "another\n"
        "apps[1] in carillon.json: the id a is already used by apps[0] in carillon.json; choose "
        "another\n"
        "apps[1] in carillon.json: the key k is already used by apps[0] in carillon.json; choose "
        "another\n");
}

TEST_F(Apps, ComeFromADirectoryToo) {
    write("apps/b.json", R"({"id": "b", "key": "kb", "secret": "s"})");
    write("apps/a.json", R"({"id": "a", /* the first */ "key": "ka", "secret": "s"})");
    write("apps/notes.txt", "not an app");
    file(
        R"({"apps": [{"id": "c", "key": "kc", "secret": "s"}], "limits": {"max_connections": 9}})");
    sources.flags = {{"apps_directory", (directory() / "apps").string()}};
    const auto apps = load().apps;
    ASSERT_EQ(apps.size(), 3U);
    EXPECT_EQ(apps[0].id.get(), "c");
    EXPECT_EQ(apps[1].id.get(), "a");
    EXPECT_EQ(apps[2].id.get(), "b");
    EXPECT_EQ(apps[2].limits.max_connections, 9U);
}

TEST_F(Apps, NameTheFileOfADirectoryInProblems) {
    write("apps/a.json", R"({"id": "a", "key": "k"})");
    write("apps/b.json", R"({"id": )");
    sources.flags = {{"apps_directory", (directory() / "apps").string()}};
    EXPECT_EQ(problems(),
              "secret in apps/a.json: is required\n"
              "apps/b.json: invalid JSON at line 1, column 8\n");
    sources.flags = {{"apps_directory", (directory() / "absent").string()}};
    EXPECT_EQ(problems(),
              "apps_directory in --apps-directory: cannot read absent: No such file or "
              "directory\n");
}

TEST_F(Apps, GainOneMoreFromTheOwnVariablesOnly) {
    file(R"({"apps": [{"id": "a", "key": "k", "secret": "s"}]})");
    sources.environment = {{"PUSHER_APP_ID", "p"}, {"SOKETI_DEFAULT_APP_SECRET", "soketi"}};
    const Configuration alone = load();
    EXPECT_EQ(alone.apps.size(), 1U);
    EXPECT_EQ(alone.warnings,
              (std::vector<std::string>{
                  "PUSHER_APP_ID is ignored because apps are configured",
                  "SOKETI_DEFAULT_APP_SECRET is ignored because apps are configured"}));
    sources.environment = {
        {"CARILLON_APP_ID", "b"}, {"CARILLON_APP_KEY", "kb"}, {"CARILLON_APP_SECRET", "sb"}};
    const Configuration both = load();
    ASSERT_EQ(both.apps.size(), 2U);
    EXPECT_EQ(described(both.apps[1]), "b kb:sb");
    EXPECT_FALSE(both.default_app);
    sources.environment.pop_back();
    EXPECT_NE(problems().find("must be set together if apps are configured"), std::string::npos);
}

TEST_F(Apps, FallBackToTheDefaultWhenTheListIsEmpty) {
    file(R"({"apps": []})");
    EXPECT_TRUE(load().default_app);
}

TEST_F(Apps, NeverShowSecrets) {
    const std::string secret = "hush-1234";
    const std::vector<std::string> texts = {
        R"([{"id": 1, "key": 2, "secret": "hush-1234"}])",
        R"([{"id": "a", "key": "k", "secret": ["hush-1234"]}])",
        R"([{"id": "a", "key": "k", "secret": {"hush": "hush-1234"}}])",
        R"([{"id": "a", "key": "k", "secret": "hush-1234", "secret": "hush-1234"}])",
        R"([{"id": "a", "key": "k", "secret": "hush-1234")",
        R"([{"id": "a", "key": "k", "secret": "hush-1234\q"}])",
        R"([{"id": "a", "keys": ["hush-1234"], "enabled": "hush-1234", "limits": "hush-1234"}])",
        R"("hush-1234")"};
    for (const std::string& text : texts) {
        sources.environment = {{"CARILLON_APPS", text},
                               {"CARILLON_SHARDS", secret},
                               {"CARILLON_PRODUCTION", secret},
                               {"CARILLON_LOG_LEVEL", secret}};
        EXPECT_NE(problems(), "");
        EXPECT_EQ(problems().find(secret), std::string::npos) << problems();
    }
}

TEST_F(Apps, NameTheInvalidOrigin) {
    sources.flags = {{"apps", R"([{"id":"a","key":"k","secret":"s",
        "allowed_origins":["https://example.com","example.com"]}])"}};
    EXPECT_EQ(problems(),
              "apps[0].allowed_origins[1] in --apps: must be an origin such as https://example.com "
              "or https://*.example.com:8443, or *\n");
}

}  // namespace
}  // namespace carillon
