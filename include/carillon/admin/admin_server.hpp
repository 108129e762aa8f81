#pragma once

#include <memory>

#include "carillon/admin/node_source.hpp"
#include "carillon/admin/options.hpp"
#include "carillon/net/listener.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// The admin listener, on a thread and loop of its own, so that a busy shard cannot hide behind
/// silence:
/// `/live`, `/ready`, `/metrics`, `/status`.
class AdminServer {
public:
    /// Listens and serves. Throws std::runtime_error that names the address when it cannot. `node`
    /// must outlive this; its `collect` is called on the admin thread.
    AdminServer(const AdminOptions& options, NodeSource& node);
    ~AdminServer();

    [[nodiscard]] Endpoint endpoint() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carillon
