#include "carillon/channels/quota_client.hpp"

#include <utility>

#include "carillon/apps/app.hpp"
#include "carillon/channels/partition.hpp"

namespace carillon {

void QuotaClient::request(const App& app, std::uint64_t ticket, std::function<void(bool)> done) {
    pending_.emplace(ticket, std::move(done));
    send_(home_of(app.id.get(), "", shards_),
          AdmitConnection{app.index, ticket, app.limits.max_connections});
}

void QuotaClient::release(const App& app, std::uint64_t ticket) {
    pending_.erase(ticket);
    send_(home_of(app.id.get(), "", shards_), ReleaseConnection{app.index, ticket});
}

void QuotaClient::on(const ConnectionAnswer& answer) {
    const auto found = pending_.find(answer.ticket);
    if (found == pending_.end()) return;
    const auto done = std::move(found->second);
    pending_.erase(found);
    done(answer.admitted);
}

}  // namespace carillon
