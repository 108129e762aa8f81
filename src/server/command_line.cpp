#include "command_line.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <string>

#include "carillon/config/schema.hpp"
#include "commands/commands.hpp"
#include "descriptions.hpp"

namespace carillon {
namespace {

constexpr const char* introduction =
    "A server for Pusher Channels clients and SDKs.\n\n"
    "  carillon                                  serve with the default settings and test app\n"
    "  carillon --port 7001 --config FILE        serve with other settings\n"
    "  carillon listen my-channel                print the events of the channel\n"
    "  carillon trigger my-channel my-event '{\"hello\":\"world\"}'\n"
    "\n"
    "Each setting is also a key of the file and an environment variable (docs/configuration.md):\n"
    "  --limits.max-connections 10\n"
    "  CARILLON_LIMITS_MAX_CONNECTIONS=10\n"
    "  { \"limits\": { \"max_connections\": 10 } }\n";

class CommandLine {
public:
    CommandLine() {
        read_environment();
        add_settings(app_);
        // Added to each command that accepts settings, so that each has them in its help.
        auto* serve = command("serve", "Run the server (the default command).",
                              "carillon serve --host 127.0.0.1 --port 7001",
                              [this] { return serve_command(sources_); });
        add_settings(*serve);
        add_check();
        auto* health = command(
            "health", "Check that a running server is ready; the exit status is 0 if it is.",
            "carillon health --admin.port 9602", [this] { return health_command(sources_); });
        add_settings(*health);
        add_version();
        add_sign();
        add_trigger();
        add_listen();
        add_webhooks();
        add_import();
        add_compare();
        add_descriptions();
        app_.require_subcommand(0, 1);
    }

    int run(int argc, const char* const* argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? 0 : 2;
        }
        return chosen_();
    }

private:
    void read_environment() {
        for (char** variable = environ; *variable != nullptr; ++variable) {
            const std::string_view text = *variable;
            const auto equals = text.find('=');
            if (equals == text.npos) continue;
            sources_.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
        }
    }

    CLI::App* command(const std::string& name, const std::string& description,
                      const std::string& example, std::function<int()> run) {
        CLI::App* added = app_.add_subcommand(name, description);
        added->footer("Example: " + example);
        added->callback([this, run = std::move(run)] { chosen_ = run; });
        return added;
    }

    void add_version() {
        auto* version = command("version", "Print the version.", "carillon version --json",
                                [this] { return version_command(version_as_json_); });
        version->add_flag("--json", version_as_json_,
                          "As JSON, with the commit and the versions of the libraries.");
    }

    void add_import() {
        auto* import = command(
            "import",
            "Print the settings of another server's file as a configuration file of this one: of "
            "soketi (JSON), sockudo (JSON, TOML), Reverb (JSON of config/reverb.php), or a .env.",
            "carillon import soketi.json > carillon.json",
            [this] { return import_command(imported_); });
        import->add_option("FILE", imported_, "The file.")->required();
    }

    void add_compare() {
        auto* compare = command(
            "compare",
            "Run the same conversations with two servers, which have the same app, and print "
            "where they differ; the exit status is 0 if they do not.",
            "carillon compare --url http://127.0.0.1:6001 --to http://127.0.0.1:7001",
            [this] { return compare_command(sources_, client_, other_url_); });
        compare->add_option("--to", other_url_, "The other server: http://HOST[:PORT][/PATH].")
            ->required();
        add_client(*compare, true);
    }

    /// What a package installs, made of the declarations here.
    void add_descriptions() {
        auto* manual = command("manual", "Print the manual page (man 1), as roff.",
                               "carillon manual | man -l -", [this] {
                                   std::cout << manual_page(app_);
                                   return 0;
                               });
        auto* completion = command("completion", "Print the completion script for bash.",
                                   "source <(carillon completion)", [this] {
                                       std::cout << bash_completion(app_);
                                       return 0;
                                   });
        for (CLI::App* each : {manual, completion}) each->group("Descriptions of the commands");
    }

    void add_check() {
        auto* check =
            command("check", "Check the configuration without starting.",
                    "carillon check --config carillon.json", [this] {
                        return print_settings_ ? print_settings_command() : check_command(sources_);
                    });
        check->add_flag("--print-settings", print_settings_,
                        "Print all settings as the Markdown tables of docs/configuration.md.");
        add_settings(*check);
    }

    void add_sign() {
        auto* sign = command("sign", "Sign a subscription, or with --user a sign-in.",
                             "carillon sign 1234.5678 private-room", [this] {
                                 if (sign_.channel.empty() && !sign_.user_data) {
                                     std::cerr << "carillon: sign needs CHANNEL or --user\n";
                                     return 2;
                                 }
                                 return sign_command(sources_, client_, sign_);
                             });
        sign->add_option("SOCKET_ID", sign_.socket_id, "The client's socket id.")->required();
        auto* channel = sign->add_option("CHANNEL", sign_.channel, "The channel to subscribe to.");
        sign->add_option("CHANNEL_DATA", sign_.channel_data,
                         "Data of a presence member: '{\"user_id\":\"1\"}'.");
        sign->add_option("--user", sign_.user_data, "Data of a user to sign in: '{\"id\":\"1\"}'.")
            ->excludes(channel);
        add_client(*sign, false);
    }

    void add_trigger() {
        auto* trigger = command("trigger", "Send an event to a channel through the REST API.",
                                "carillon trigger my-channel my-event '{\"hello\":\"world\"}'",
                                [this] { return trigger_command(sources_, client_, trigger_); });
        trigger->add_option("CHANNEL", trigger_.channel, "The channel.")->required();
        trigger->add_option("EVENT", trigger_.event, "The event's name.")->required();
        trigger->add_option("DATA", trigger_.data, "The event's data, sent unchanged.")->required();
        trigger->add_option("--socket-id", trigger_.socket_id, "A connection to exclude.");
        add_client(*trigger, true);
    }

    void add_listen() {
        auto* listen = command("listen", "Subscribe, and print a line of JSON for each event.",
                               "carillon listen my-channel presence-room --count 1",
                               [this] { return listen_command(sources_, client_, listen_); });
        listen
            ->add_option("CHANNEL", listen_.channels,
                         "Channels; private and presence ones are "
                         "signed here.")
            ->required();
        listen->add_option("--count", listen_.count,
                           "Exit after this many application events. 0: never.");
        add_client(*listen, true);
    }

    void add_webhooks() {
        auto* webhooks = app_.add_subcommand("webhooks", "Webhooks that could not be delivered.");
        webhooks->require_subcommand(1);
        auto* replay = webhooks->add_subcommand("replay",
                                                "Send the webhooks of a dead-letter file again, "
                                                "and remove the delivered ones from it.");
        replay->add_option("FILE", replayed_, "A dead-letter file, or a spool file.")->required();
        replay->footer("Example: carillon webhooks replay dead.jsonl --config carillon.json");
        replay->callback(
            [this] { chosen_ = [this] { return webhooks_replay_command(sources_, replayed_); }; });
        add_settings(*replay);
    }

    void add_client(CLI::App& to, bool connects) {
        if (connects) {
            to.add_option("--url", client_.url, "The server: http://HOST[:PORT][/PATH].")
                ->capture_default_str();
        }
        to.add_option(
            "--app-id", client_.app_id,
            "The app's id. Default of --app-id, --key and --secret: those of the first app of "
            "the server's configuration.");
        to.add_option("--key", client_.key, "The app's key.");
        to.add_option("--secret", client_.secret,
                      "The app's secret. Other users of this machine can see it in the list of "
                      "processes; the environment and files are safer.");
        add_config(to);
    }

    void add_config(CLI::App& to) {
        to.add_option("--config", sources_.file,
                      "Configuration file, JSON with comments (environment: CARILLON_CONFIG).")
            ->type_name("FILE");
    }

    void add_settings(CLI::App& to) {
        add_config(to);
        add_setting(to, "port", "NUMBER",
                    fmt::format("Port to listen on ({}).", ListenOptions{}.port));
        add_setting(to, "host", "ADDRESS", "Address to listen on, instead of all.");
        for (const Section& section : configuration_schema()) {
            if (section.repeated)
                add_setting(to, section.name, "JSON", section.description, "Settings");
        }
        for (const Section& section : configuration_schema()) {
            if (section.repeated || section.nested) continue;
            const char* group = section.name.empty() ? "Options" : "Settings";
            for (const Setting& setting : section.settings) {
                const std::string name = section.full_name(setting.name);
                if (setting.kind == SettingKind::boolean) {
                    add_switch(to, name, setting.description, group);
                } else {
                    const char* type = setting.kind == SettingKind::number ? "NUMBER" : "TEXT";
                    add_setting(to, name, type, setting.description, group);
                }
            }
        }
    }

    void add_setting(CLI::App& to, const std::string& name, const char* type,
                     const std::string& description, const char* group = "Options") {
        to.add_option_function<std::string>(
              flag_name(name),
              [this, name](const std::string& text) { sources_.flags.emplace_back(name, text); },
              description)
            ->type_name(type)
            ->take_last()
            ->group(group);
    }

    void add_switch(CLI::App& to, const std::string& name, const std::string& description,
                    const char* group) {
        to.add_flag_function(
              flag_name(name),
              [this, name](std::int64_t count) {
                  sources_.flags.emplace_back(name, count > 0 ? "true" : "false");
              },
              description)
            ->group(group);
    }

    CLI::App app_{introduction, "carillon"};
    ConfigurationSources sources_;
    ClientArguments client_;
    SignArguments sign_;
    TriggerArguments trigger_;
    ListenArguments listen_;
    bool print_settings_ = false;
    bool version_as_json_ = false;
    std::string replayed_;
    std::string imported_;
    std::string other_url_;
    std::function<int()> chosen_ = [this] { return serve_command(sources_); };
};

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    return CommandLine{}.run(argc, argv);
}

}  // namespace carillon
