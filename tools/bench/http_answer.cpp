#include "http_answer.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include "carillon/base/parse_integer.hpp"

namespace carillon::bench {
namespace {

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::size_t to_number(std::string_view text) {
    return consume_integer<std::size_t>(text).value_or(0);
}

}  // namespace

bool HttpAnswer::feed(std::string_view bytes) {
    text_.append(bytes);
    if (body_ == Body::unknown) {
        const std::size_t end = text_.find("\r\n\r\n");
        if (end == text_.npos) return false;
        head_size_ = end + 4;
        read_head(std::string_view{text_}.substr(0, end));
    }
    const std::string_view body = std::string_view{text_}.substr(head_size_);
    if (body_ == Body::sized) return body.size() >= body_size_;
    return body_ == Body::chunked && (body == "0\r\n\r\n" || body.ends_with("\r\n0\r\n\r\n"));
}

void HttpAnswer::reset() {
    text_.clear();
    body_size_ = 0;
    status_ = 0;
    body_ = Body::unknown;
    keeps_alive_ = true;
}

void HttpAnswer::read_head(std::string_view head) {
    body_ = Body::until_close;
    if (head.size() >= 12) status_ = static_cast<int>(to_number(head.substr(9, 3)));
    if (status_ == 204 || status_ == 304) body_ = Body::sized;
    if (head.starts_with("HTTP/1.0")) keeps_alive_ = false;
    for (std::size_t line = head.find("\r\n"); line != head.npos;) {
        const std::size_t next = head.find("\r\n", line + 2);
        const std::string_view field =
            head.substr(line + 2, next == head.npos ? next : next - line - 2);
        const std::size_t colon = field.find(':');
        line = next;
        if (colon == field.npos) continue;
        const std::string_view name = field.substr(0, colon);
        const std::string_view value = trimmed(field.substr(colon + 1));
        if (boost::iequals(name, "content-length")) {
            body_ = Body::sized;
            body_size_ = to_number(value);
        } else if (boost::iequals(name, "transfer-encoding")) {
            body_ = Body::chunked;
        } else if (boost::iequals(name, "connection") && boost::icontains(value, "close")) {
            keeps_alive_ = false;
        }
    }
}

}  // namespace carillon::bench
