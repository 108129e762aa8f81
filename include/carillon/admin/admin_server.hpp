#pragma once

#include <memory>

#include "carillon/admin/node_source.hpp"
#include "carillon/admin/options.hpp"
#include "carillon/net/listener.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// The admin listener: `/live`, `/ready`, `/metrics`, `/status`. It has its own thread and event
/// loop, so that it answers, and reveals the lag, while a shard is busy. Methods are for the thread
/// that constructs it.
class AdminServer {
public:
    /// Listens and serves. Throws std::runtime_error that names the address if it cannot listen.
    /// `node` must outlive this; its methods are called on the admin thread.
    AdminServer(const AdminOptions& options, NodeSource& node);
    ~AdminServer();

    [[nodiscard]] Endpoint endpoint() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carillon
