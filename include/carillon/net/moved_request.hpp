#pragma once

#include <memory>
#include <string>

#include "carillon/base/rate_limit.hpp"
#include "carillon/net/moved_stream.hpp"

namespace carillon {

struct HttpParser;

/// A complete request on its way, with its connection, to the shard that has to answer it. Belongs
/// to no thread.
struct MovedRequest {
    /// The parser is known in `net` only.
    struct DeleteParser {
        void operator()(HttpParser* parser) const noexcept;
    };
    using Parser = std::unique_ptr<HttpParser, DeleteParser>;

    MovedStream stream;
    Parser parser;
    std::string read_ahead;  ///< bytes that arrived after the request
    bool ended = false;      ///< the peer has ended its side of the connection
    RateLimit pace;          ///< see `HttpReply::charge`
};

}  // namespace carillon
