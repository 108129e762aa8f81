#include "descriptions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <string>

namespace carillon {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A program with one setting, and a command with an argument, a flag of its own and the setting.
class DescriptionsTest : public testing::Test {
protected:
    DescriptionsTest() {
        app_.add_option("--max-size", text_, "The size.\n.5 at least, C:\\ at most.");
        CLI::App* send = app_.add_subcommand("send", "Sends a file.");
        send->add_option("FILE", text_, "The file.")->required();
        send->add_flag("--twice", flag_, "Sends it again.");
        send->add_option("--max-size", text_, "The size.");
        app_.add_subcommand("list", "Lists.")->add_subcommand("all", "Lists all.");
    }

    CLI::App app_{"Introduction", "carillon"};
    std::string text_;
    bool flag_ = false;
};

TEST_F(DescriptionsTest, TheManualHasEachCommandAndEachSettingOnce) {
    const std::string page = manual_page(app_);
    for (const char* part :
         {".SS carillon send FILE [OPTION…]\n", ".B FILE\n", ".B \\-\\-twice\n",
          ".SS carillon list COMMAND [OPTION…]\n", ".SS carillon list all [OPTION…]\n"}) {
        EXPECT_THAT(page, HasSubstr(part));
    }
    const auto setting = page.find(".B \\-\\-max\\-size TEXT\n");
    EXPECT_GT(setting, page.find(".SH SETTINGS"));
    EXPECT_EQ(page.find("max\\-size", setting + 20), page.npos);
}

TEST_F(DescriptionsTest, TextOfTheManualIsNoRequestAndNoEscape) {
    EXPECT_THAT(manual_page(app_), HasSubstr("\n\\&.5 at least, C:\\e at most.\n"));
}

TEST_F(DescriptionsTest, TheCompletionHasCommandsAndFlagsButNoArguments) {
    const std::string script = bash_completion(app_);
    EXPECT_THAT(script, HasSubstr("'carillon') words='--help send list --max-size' ;;"));
    EXPECT_THAT(script, HasSubstr("'carillon send') words='--help --twice --max-size' ;;"));
    EXPECT_THAT(script, HasSubstr("'carillon list') words='--help all' ;;"));
    EXPECT_THAT(script, Not(HasSubstr("FILE")));
}

}  // namespace
}  // namespace carillon
