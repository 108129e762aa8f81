#include "descriptions.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <string_view>
#include <vector>

namespace carillon {
namespace {

using Options = std::vector<const CLI::Option*>;

/// Text of a manual page: a hyphen that is typed, no escapes, and no line that is a request.
std::string roff(std::string_view text) {
    std::string escaped;
    bool at_line_start = true;
    for (const char c : text) {
        if (at_line_start && (c == '.' || c == '\'')) escaped += "\\&";
        at_line_start = c == '\n';
        if (c == '-') {
            escaped += "\\-";
        } else if (c == '\\') {
            escaped += "\\e";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

bool is_help(const CLI::Option& option) {
    return option.check_lname("help");
}

/// Without the help flag, and without what `beside` has under the same name: the settings, which
/// many commands take, are described once.
Options options_of(const CLI::App& app, const CLI::App* beside = nullptr) {
    return app.get_options([beside](const CLI::Option* option) {
        if (is_help(*option)) return false;
        return beside == nullptr || beside->get_option_no_throw(option->get_name()) == nullptr;
    });
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands(
        [](const CLI::App* command) { return !command->get_name().empty(); });
}

std::string synopsis(const std::string& path, const CLI::App& command) {
    std::string line = path;
    if (!commands_of(command).empty()) line += " COMMAND";
    for (const CLI::Option* option : options_of(command)) {
        if (!option->get_positional()) continue;
        const std::string name = option->get_name(true);
        line += option->get_required() ? " " + name : " [" + name + "]";
    }
    return line + " [OPTION…]";
}

std::string described(const CLI::Option& option) {
    std::string name = option.get_positional() ? option.get_name(true) : option.get_name();
    const std::string type = option.get_type_name();
    if (!option.get_positional() && !type.empty()) name += " " + type;
    return fmt::format(".TP\n.B {}\n{}\n", roff(name), roff(option.get_description()));
}

/// `command` and those below it, each with what only it takes.
std::string described(const std::string& path, const CLI::App& command, const CLI::App& root) {
    std::string page =
        fmt::format(".SS {}\n{}\n", roff(synopsis(path, command)), roff(command.get_description()));
    for (const CLI::Option* option : options_of(command, &root)) page += described(*option);
    if (!command.get_footer().empty()) page += fmt::format(".PP\n{}\n", roff(command.get_footer()));
    for (const CLI::App* below : commands_of(command)) {
        page += described(path + " " + below->get_name(), *below, root);
    }
    return page;
}

/// A branch of the script's `case`: the words before the cursor that name a command, and what may
/// follow them.
std::string completed(const std::string& path, const CLI::App& command) {
    std::string words = "--help";
    for (const CLI::App* below : commands_of(command)) words += " " + below->get_name();
    for (const CLI::Option* option : options_of(command)) {
        if (!option->get_positional()) words += " " + option->get_name();
    }
    std::string branches = fmt::format("        '{}') words='{}' ;;\n", path, words);
    for (const CLI::App* below : commands_of(command)) {
        branches += completed(path + " " + below->get_name(), *below);
    }
    return branches;
}

constexpr std::string_view completion_begin =
    R"(# Completion of carillon's commands and flags in bash.
_carillon() {
    local current=${COMP_WORDS[COMP_CWORD]} path=carillon word words=''
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] && break
        path+=" $word"
    done
    # Arguments of a command follow its name: the longest path that is one decides.
    while :; do
        case $path in
)";

constexpr std::string_view completion_end = R"(        esac
        [[ -n $words || $path != *' '* ]] && break
        path=${path% *}
    done
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _carillon carillon
)";

}  // namespace

std::string manual_page(const CLI::App& app) {
    std::string page = fmt::format(
        ".TH CARILLON 1 \"\" \"carillon {}\" \"User Commands\"\n.SH NAME\ncarillon \\- {}\n"
        ".SH SYNOPSIS\n{}\n.SH DESCRIPTION\n.nf\n{}\n.fi\n.SH COMMANDS\n",
        CARILLON_VERSION, "a server for Pusher Channels clients and SDKs",
        roff("carillon [COMMAND] [OPTION…]"), roff(app.get_description()));
    for (const CLI::App* command : commands_of(app)) {
        page += described("carillon " + command->get_name(), *command, app);
    }
    page += ".SH SETTINGS\nOf the commands serve, check, health and webhooks replay.\n";
    for (const CLI::Option* option : options_of(app)) page += described(*option);
    page +=
        ".SH SIGNALS\n.TP\n.B SIGHUP\nReads apps and certificates again.\n"
        ".TP\n.B SIGTERM, SIGINT\nStops within shutdown.grace_seconds; a second one exits at "
        "once.\n";
    return page;
}

std::string bash_completion(const CLI::App& app) {
    return std::string(completion_begin) + completed("carillon", app) + std::string(completion_end);
}

}  // namespace carillon
