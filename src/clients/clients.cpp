#include "carillon/clients/clients.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "carillon/auth/query.hpp"
#include "client.hpp"

namespace carillon {
namespace {

using namespace std::chrono_literals;

constexpr auto drain_step = 20ms;

/// Short and plain enough to be repeated in a close reason.
bool is_printable(std::string_view key) {
    return key.size() <= 64 && std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
}

/// Absent or empty means 7. Source: wire.md 1.2.
bool supports_protocol(std::string_view query) {
    const auto parameters = Query::parse(query);
    if (!parameters) return false;
    const std::string_view version = parameters->find("protocol").value_or("");
    return version.empty() || version == "7" || version == "6" || version == "5" || version == "4";
}

}  // namespace

struct Clients::List : HookedList<Client, ClientList> {};

Clients::Clients(EventLoop& loop, ChannelShard& channels, std::shared_ptr<const AppRegistry> apps,
                 Rates& rates, const ConnectionOptions& options)
    : loop_(loop),
      channels_(channels),
      apps_(std::move(apps)),
      rates_(rates),
      options_(options),
      change_limits_{options_.max_changes_per_second, rates.changes},
      drain_timer_(loop),
      list_(std::make_unique<List>()) {}

Clients::~Clients() {
    list_->clear();
}

void Clients::admit(Client& client, std::string_view key, const HttpRequest& request) {
    const auto app = apps_->find_by_key(key);
    if (const auto refused = refusal(key, app.get(), request)) {
        return refuse(client, refused->code, refused->message);
    }
    list_->push_back(client);
    const AddressRates::Bucket bucket = AddressRates::bucket_of(request.origin.address);
    if (app->limits.max_connections > 0 && channels_.quota().in_cluster()) {
        return client.await_admission(channels_.quota(), app,
                                      [this, &client, app, bucket] { open(client, app, bucket); });
    }
    open(client, app, bucket);
}

void Clients::open(Client& client, const std::shared_ptr<const App>& app,
                   AddressRates::Bucket bucket) {
    const auto present = apps_->find_by_id(app->id.get());  // It may have been reloaded meanwhile.
    client.open(loop_, channels_, present ? present : app, options_.activity_timeout_seconds,
                change_limits_, bucket);
    if (!present || !present->enabled) {
        return client.refuse(Errc::app_disabled, "Application is disabled");
    }
    if (draining_) client.refuse(Errc::shutting_down, "Server is shutting down");
}

void Clients::refuse(Client& client, Errc code, std::string_view message) {
    list_->push_back(client);
    client.refuse(code, message);
}

std::optional<Clients::Refusal> Clients::refusal(std::string_view key, const App* app,
                                                 const HttpRequest& request) const {
    if (draining_) return Refusal{Errc::shutting_down, "Server is shutting down"};
    const auto bucket = AddressRates::bucket_of(request.origin.address);
    if (!rates_.connections.admit(bucket, loop_.now())) {
        return Refusal{Errc::node_full, "Too many connections from this address"};
    }
    if (!supports_protocol(request.query)) {
        return Refusal{Errc::protocol_unsupported, "Unsupported protocol version"};
    }
    if (app == nullptr) {
        return Refusal{Errc::app_unknown, is_printable(key)
                                              ? "App key " + std::string(key) + " does not exist"
                                              : "This app key does not exist"};
    }
    if (!app->enabled) return Refusal{Errc::app_disabled, "Application is disabled"};
    if (app->tls_only && !request.origin.secure) {
        return Refusal{Errc::tls_required, "Application only accepts TLS connections"};
    }
    if (!app->allowed_origins.allows(request.header("Origin"))) {
        return Refusal{Errc::origin_refused, "Origin not allowed"};
    }
    switch (app->usage->admit_connection(app->limits.max_connections, options_.max_connections)) {
        case AppUsage::Admission::admitted:
            return std::nullopt;
        case AppUsage::Admission::app_full:
            return Refusal{Errc::app_over_quota, "Application has too many connections"};
        case AppUsage::Admission::node_full:
            break;
    }
    return Refusal{Errc::node_full, "Server is over capacity"};
}

void Clients::set_apps(std::shared_ptr<const AppRegistry> apps) {
    apps_ = std::move(apps);
    for (auto at = list_->begin(); at != list_->end();) {
        Client& client = *at++;
        if (client.connection() == nullptr) continue;
        const auto app = apps_->find_by_id(client.connection()->app().id.get());
        if (!app) {
            client.refuse(Errc::app_unknown, "The app was removed");
        } else if (!app->enabled) {
            client.refuse(Errc::app_disabled, "Application is disabled");
        } else {
            client.connection()->set_app(app);
        }
    }
}

void Clients::drain(Duration time) {
    draining_ = true;
    drain_end_ = loop_.now() + time;
    close_batch();
}

void Clients::close_batch() {
    std::size_t open = 0;
    for (Client& client : *list_) open += client.connection() != nullptr ? 1U : 0U;
    if (open == 0) return;
    const auto steps = std::max<std::int64_t>(1, (drain_end_ - loop_.now()) / drain_step);
    std::size_t now =
        (open + static_cast<std::size_t>(steps) - 1) / static_cast<std::size_t>(steps);
    for (auto at = list_->begin(); at != list_->end() && now > 0;) {
        Client& client = *at++;
        if (client.connection() == nullptr) continue;
        client.refuse(Errc::shutting_down, "Server is shutting down");
        --now;
    }
    drain_timer_.start(drain_step, [this] { close_batch(); });
}

Clients::Counts Clients::counts() const {
    Counts counts;
    for (Client& client : *list_) {
        if (client.connection() == nullptr) continue;
        ++counts[{client.connection()->app().id.get(), client.transport()}];
    }
    return counts;
}

bool Clients::idle() const noexcept {
    return list_->empty();
}

}  // namespace carillon
