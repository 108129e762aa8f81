#include "carillon/channels/quota_client.hpp"

#include <utility>

#include "carillon/apps/app.hpp"
#include "carillon/channels/partition.hpp"

namespace carillon {

void QuotaClient::ask(const App& app, std::uint64_t ticket, std::function<void(bool)> done) {
    asked_.emplace(ticket, std::move(done));
    send_(home_of(app.id.get(), "", shards_),
          AskConnection{app.index, ticket, app.limits.max_connections});
}

void QuotaClient::give_back(const App& app, std::uint64_t ticket) {
    asked_.erase(ticket);
    send_(home_of(app.id.get(), "", shards_), EndConnection{app.index, ticket});
}

void QuotaClient::on(const ConnectionAnswer& answer) {
    const auto found = asked_.find(answer.ticket);
    if (found == asked_.end()) return;
    const auto done = std::move(found->second);
    asked_.erase(found);
    done(answer.admitted);
}

}  // namespace carillon
