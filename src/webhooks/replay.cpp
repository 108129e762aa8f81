#include "carillon/webhooks/replay.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "carillon/net/http_client.hpp"
#include "file_io.hpp"
#include "outcome.hpp"
#include "signing.hpp"
#include "stored_delivery.hpp"

namespace carillon {
namespace {

namespace fs = std::filesystem;

std::int64_t unix_ms_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

[[noreturn]] void fail(const char* what, const fs::path& path) {
    throw std::runtime_error(
        fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

class Replayer {
public:
    Replayer(const std::vector<App>& apps, const std::function<void(const std::string&)>& report)
        : apps_(apps), report_(report) {}

    /// False if the line stays in the file.
    bool send(std::size_t line_number, const std::string& line) {
        auto stored = StoredDelivery::parse(line);
        if (!stored || stored->events.empty()) {
            report_(fmt::format("line {}: not a dead letter", line_number));
            return false;
        }
        const std::string name = fmt::format("app {}, {}", stored->app, stored->endpoint);
        if (failed_.contains(name)) return false;
        const auto [app, endpoint] = find(*stored);
        std::string_view outcome = give_up_reason::unknown_endpoint;
        if (endpoint != nullptr) outcome = send(*app, *endpoint, std::move(*stored));
        if (outcome == "2xx") return true;
        report_(fmt::format("line {}: {}: {}", line_number, name, outcome));
        failed_.insert(name);
        return false;
    }

private:
    [[nodiscard]] std::pair<const App*, const WebhookEndpoint*> find(
        const StoredDelivery& stored) const {
        const auto app =
            std::ranges::find_if(apps_, [&](const App& one) { return one.id.get() == stored.app; });
        if (app == apps_.end()) return {};
        const auto endpoint =
            std::ranges::find(app->webhooks, stored.endpoint, &WebhookEndpoint::name);
        if (endpoint == app->webhooks.end()) return {};
        return {&*app, &*endpoint};
    }

    [[nodiscard]] std::string_view send(const App& app, const WebhookEndpoint& endpoint,
                                        StoredDelivery stored) {
        auto client = clients_.find(&endpoint);
        if (client == clients_.end()) {
            const auto destination = HttpClient::destination(
                loop_.get_executor(), endpoint.url, {endpoint.tls_verify, endpoint.tls_ca_file});
            client = clients_.emplace(&endpoint, HttpClient(destination)).first;
        }
        Delivery delivery;
        delivery.id = std::move(stored.delivery_id);
        delivery.events = std::move(stored.events);
        sign(delivery, app.credentials.front(), unix_ms_now());
        std::optional<HttpOutcome> outcome;
        client->second.post(signed_post(delivery, endpoint), endpoint.timeout,
                            [&](const HttpOutcome& arrived) { outcome = arrived; });
        loop_.restart();
        while (!outcome && loop_.run_one() > 0) {
        }
        return outcome ? outcome_name(*outcome) : "broken";
    }

    const std::vector<App>& apps_;
    const std::function<void(const std::string&)>& report_;
    boost::asio::io_context loop_{1};
    std::map<const WebhookEndpoint*, HttpClient> clients_;  // Never iterated.
    std::set<std::string> failed_;
};

/// Renames the file, so that a server that runs writes further dead letters to a new one.
void claim(const fs::path& file, const fs::path& claimed) {
    if (fs::exists(claimed)) {
        throw std::runtime_error(
            fmt::format("{} exists: another replay is running, or was interrupted; in that case "
                        "replay this file",
                        claimed.string()));
    }
    if (::rename(file.c_str(), claimed.c_str()) != 0) fail("rename", file);
}

void write_back(const fs::path& file, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
    const OwnedDescriptor out(::open(file.c_str(), flags, S_IRUSR | S_IWUSR));
    if (out.get() < 0) fail("write", file);
    for (const std::string& line : lines) {
        if (!write_all(out.get(), line + '\n')) fail("write", file);
    }
    if (::fsync(out.get()) != 0) fail("write", file);
}

}  // namespace

Replay replay_dead_letters(const fs::path& file, const std::vector<App>& apps,
                           const std::function<void(const std::string&)>& report) {
    const fs::path claimed = file.string() + ".replaying";
    claim(file, claimed);
    // A server may have opened the file before it was renamed: wait for its lock.
    const OwnedDescriptor lock(::open(claimed.c_str(), O_RDONLY | O_CLOEXEC));
    if (lock.get() < 0 || ::flock(lock.get(), LOCK_EX) != 0) fail("read", claimed);
    std::ifstream in(claimed, std::ios::binary);
    if (!in) fail("read", claimed);
    Replayer replayer(apps, report);
    Replay result;
    std::vector<std::string> left;
    std::size_t line_number = 0;
    for (std::string line; std::getline(in, line);) {
        if (replayer.send(++line_number, line)) {
            ++result.delivered;
        } else {
            left.push_back(std::move(line));
        }
    }
    result.left = left.size();
    write_back(file, left);
    if (::unlink(claimed.c_str()) != 0) fail("remove", claimed);
    return result;
}

}  // namespace carillon
