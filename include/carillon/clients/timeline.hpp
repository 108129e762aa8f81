#pragma once

#include "carillon/net/http_routes.hpp"

namespace carillon {

/// The endpoints for the statistics of pusher-js (`enableStats`), which are accepted and discarded.
/// Source: wire.md 7.10.
void add_timeline_routes(HttpRoutes& routes);

}  // namespace carillon
