#include "bench_command_line.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "baseline_command.hpp"
#include "bench_run.hpp"
#include "output_file.hpp"
#include "suite_command.hpp"

namespace carillon::bench {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

/// The first Ctrl-C ends the run with a report, the second one ends the process.
void handle_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

class BenchCommandLine {
public:
    BenchCommandLine() {
        add_target();
        add_subscribers();
        add_publish();
        add_generator();
        keep_flags_from_commands();
    }

    int run(int argc, const char* const* argv) {
        try {
            app_.parse(argc, argv);
            if (!baseline_.is_chosen() && !suite_.is_chosen()) validate(options_);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? 0 : 2;
        }
        handle_signals();
        if (baseline_.is_chosen()) return baseline_.run(interrupted);
        if (suite_.is_chosen()) return suite_.run(interrupted);
        return run_default();
    }

private:
    int run_default() {
        const BenchReport report = run_bench(options_, std::cerr, interrupted);
        if (json_ != "-") std::cout << to_text(report);
        if (!json_.empty()) write_output(json_, to_json(report));
        return report.is_clean() ? 0 : 1;
    }

    template <class T>
    void option(const char* name, T& value, const char* meaning, const char* group) {
        app_.add_option(name, value, meaning)->group(group)->capture_default_str();
    }

    void add_target() {
        constexpr auto group = "Server";
        BenchTarget& target = options_.target;
        option("--host", target.host, "Name or address of the server.", group);
        option("--port", target.port, "Its port, for WebSocket and REST.", group);
        app_.add_flag("--tls", target.tls, "Use TLS.")->group(group);
        option("--ca", target.ca_file, "File of certificates to trust instead of the system's.",
               group);
        app_.add_flag("--insecure", target.insecure, "Trust any certificate.")->group(group);
        option("--app-id", target.app_id, "The app, for REST.", group);
        option("--key", target.credential.key, "The app's key.", group);
        option("--secret", target.credential.secret, "The app's secret.", group);
        option("--path-prefix", target.path_prefix, "What is before /app and /apps.", group);
        option("--server-pid", target.processes,
               "Processes of the server, on this machine: report their CPU and memory.", group);
    }

    void add_subscribers() {
        constexpr auto group = "Subscribers";
        SubscriberOptions& subscribers = options_.subscribers;
        option("--connections", subscribers.connections, "WebSocket connections.", group);
        option("--channels", subscribers.channels, "Channels, with the subscribers spread evenly.",
               group);
        option("--channels-per-connection", subscribers.channels_per_connection,
               "Channels each connection subscribes to.", group);
        const std::map<std::string, ChannelKind> kinds{{"public", ChannelKind::public_channel},
                                                       {"private", ChannelKind::private_channel},
                                                       {"presence", ChannelKind::presence}};
        app_.add_option("--kind", subscribers.kind,
                        "Of channels. Each connection is another presence member: the server may "
                        "limit them.")
            ->transform(CLI::Transformer(kinds).description("public|private|presence"))
            ->group(group);
        option("--channel-prefix", subscribers.channel_prefix,
               "What channel names begin with, after their kind; otherwise one of this process.",
               group);
        option("--connect-parallel", subscribers.connect_parallel,
               "Connections that are being opened at a time.", group);
        option("--source-addresses", subscribers.source_addresses,
               "Addresses 127.0.0.1 and up to connect from, if the server is on one of those.",
               group);
        option("--idle", options_.idle_seconds,
               "Do nothing for so many seconds once connected; without --publish that is all.",
               group);
    }

    void add_publish() {
        constexpr auto group = "Publishing";
        PublishOptions& publish = options_.publish;
        const std::map<std::string, PublishBy> ways{
            {"rest", PublishBy::rest}, {"client", PublishBy::client}, {"none", PublishBy::none}};
        publish_ = app_.add_option("--publish", publish.by,
                                   "rest: signed requests. client: client events of one sender a "
                                   "channel; the server's rate limit must be raised for it.")
                       ->transform(CLI::Transformer(ways).description("rest|client|none"))
                       ->group(group);
        option("--in-flight", publish.in_flight,
               "REST: as many connections, with one request each. Client events without --rate: "
               "events that have not reached everybody.",
               group);
        option("--batch", publish.batch, "Events per request, over REST.", group);
        app_.add_flag("!--no-keep-alive", publish.keep_alive, "A connection for each request.")
            ->group(group);
        option("--rate", publish.rate,
               "Events per second, however slow the server is: latency counts from when an event "
               "was due. 0: as fast as answers come.",
               group);
        app_.add_option("--payload", publish.payload_bytes, "Bytes of data an event, at least 40.")
            ->group(group)
            ->capture_default_str();
        option("--duration", publish.duration_seconds, "Seconds to publish for.", group);
        option("--events", publish.events, "Events to publish, instead of the duration.", group);
        option("--warm-up", publish.warm_up_seconds,
               "Seconds to publish for before measuring begins.", group);
    }

    void add_generator() {
        app_.add_flag("--poll", options_.poll, "Never sleep: poll the sockets all the time.");
        app_.add_option("--cpu", options_.cpu, "Core to run on.");
        app_.add_option("--json", json_,
                        "Write the report as JSON too; - for standard output, then "
                        "only that.")
            ->type_name("FILE");
        app_.parse_complete_callback([this] {
            if (options_.idle_seconds > 0 && publish_->count() == 0) {
                options_.publish.by = PublishBy::none;
            }
        });
    }

    /// The flags are those of the run without a command, which would not tell that it ignores them.
    void keep_flags_from_commands() {
        const auto is_flag = [this](CLI::Option* option) { return option != app_.get_help_ptr(); };
        for (CLI::App* command : app_.get_subcommands([](CLI::App*) { return true; })) {
            for (CLI::Option* option : app_.get_options(is_flag)) command->excludes(option);
        }
    }

    CLI::App app_{
        "Puts load on a server that speaks the Pusher Channels protocol, checks that every event "
        "reaches every subscriber once and in order, and measures what that costs.",
        "carillon-bench"};
    BaselineCommand baseline_{app_};
    SuiteCommand suite_{app_};
    BenchOptions options_;
    CLI::Option* publish_ = nullptr;
    std::string json_;
};

}  // namespace

int run_bench_command_line(int argc, const char* const* argv) {
    return BenchCommandLine{}.run(argc, argv);
}

}  // namespace carillon::bench
