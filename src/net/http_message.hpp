#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <string_view>

#include "carillon/net/moved_request.hpp"

namespace carillon {

/// What `HttpRequest` reads: Beast's message, which other modules need not know.
struct HttpMessage {
    const boost::beast::http::request<boost::beast::http::string_body>& parsed;
};

/// Beast's parser of one request. The message lives as long as the parser, until the request has
/// been answered.
struct HttpParser : boost::beast::http::request_parser<boost::beast::http::string_body> {
    const HttpMessage message{get()};
};

/// All lines of a field as one comma-separated list. Source: RFC 9110, 5.3.
[[nodiscard]] std::string list_of(const boost::beast::http::fields& fields, std::string_view name);

}  // namespace carillon
