#include "http_message.hpp"

#include "carillon/net/http.hpp"

namespace carillon {

std::string list_of(const boost::beast::http::fields& fields, std::string_view name) {
    std::string all;
    const auto [begin, end] = fields.equal_range(name);
    for (auto field = begin; field != end; ++field) {
        if (!all.empty()) all += ",";
        all += field->value();
    }
    return all;
}

std::string_view HttpRequest::method() const {
    return message.parsed.method_string();
}

unsigned HttpRequest::version() const {
    return message.parsed.version();
}

bool HttpRequest::has_header(std::string_view name) const {
    return message.parsed.find(name) != message.parsed.end();
}

std::string_view HttpRequest::header(std::string_view name) const {
    return message.parsed[name];
}

std::string HttpRequest::header_list(std::string_view name) const {
    return list_of(message.parsed, name);
}

const std::string& HttpRequest::body() const {
    return message.parsed.body();
}

void MovedRequest::DeleteParser::operator()(HttpParser* parser) const noexcept {
    delete parser;
}

}  // namespace carillon
