#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <string>

#include "carillon/net/moved_stream.hpp"

namespace carillon {

/// A whole request that another shard has to answer, on its way there with its connection.
struct MovedRequest {
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    MovedStream stream;
    std::unique_ptr<Parser> parser;
    std::string read_ahead;  ///< what came behind the request
    bool ended = false;      ///< the peer will send nothing more
};

}  // namespace carillon
