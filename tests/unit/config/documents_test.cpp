#include <nlohmann/json.hpp>

#include "carillon/config/schema.hpp"
#include "configuration_test.hpp"

namespace carillon {
namespace {

using Documents = ConfigurationTest;
using nlohmann::json;

const std::string root = SOURCE_DIRECTORY;

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(Documents, HoldTheTablesOfTheSchema) {
    const std::string document = contents(root + "/docs/configuration.md");
    const std::string begin = "<!-- settings: begin";
    const auto from = document.find('\n', document.find(begin));
    const auto to = document.find("<!-- settings: end -->");
    ASSERT_NE(document.find(begin), document.npos);
    ASSERT_NE(to, document.npos);
    EXPECT_EQ(document.substr(from + 1, to - from - 1), '\n' + settings_markdown() + '\n')
        << "put the output of `carillon check --print-settings` there";
}

TEST_F(Documents, SayOfEveryLimitWhatItCounts) {
    const std::string document = contents(root + "/docs/configuration.md");
    const std::string text = document.substr(0, document.find("<!-- settings: begin"));
    for (const Section& section : configuration_schema()) {
        if (section.name != "limits") continue;
        for (const Setting& limit : section.settings) {
            EXPECT_NE(text.find('`' + limit.name + '`'), text.npos) << limit.name;
        }
    }
}

TEST_F(Documents, GiveAnExampleThatIsValidAndHasNothingButDefaults) {
    sources.file = root + "/config/carillon.example.json";
    const Configuration configuration = load();
    EXPECT_EQ(configuration.listen.size(), 2U);
    EXPECT_EQ(configuration.apps.size(), 1U);
}

TEST_F(Documents, GiveAnExampleWithEverySetting) {
    const json example =
        json::parse(contents(root + "/config/carillon.example.json"), nullptr, true, true);
    for (const Section& section : configuration_schema()) {
        if (section.nested) continue;
        json object = section.name.empty() ? example : example.at(section.name);
        if (section.repeated) object = object.at(0);
        for (const Setting& setting : section.settings) {
            const bool alternative = section.name == "apps" && setting.name == "keys";
            const bool required = section.name == "apps" && setting.default_value == "\"\"";
            if (alternative) continue;
            ASSERT_TRUE(object.contains(setting.name)) << section.full_name(setting.name);
            if (required) continue;
            EXPECT_EQ(object.at(setting.name).dump(), setting.default_value)
                << section.full_name(setting.name);
        }
    }
}

}  // namespace
}  // namespace carillon
