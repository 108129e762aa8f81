#include "request_target.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>

namespace carillon {
namespace {

/// What follows scheme and authority of the absolute form.
std::string_view without_origin(std::string_view target) noexcept {
    if (target.starts_with('/')) return target;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!boost::beast::iequals(target.substr(0, scheme.size()), scheme)) continue;
        return target.substr(std::min(target.find_first_of("/?", scheme.size()), target.size()));
    }
    return target;
}

}  // namespace

RequestTarget RequestTarget::split(std::string_view target) noexcept {
    const std::string_view rest = without_origin(target);
    const std::size_t question = std::min(rest.find('?'), rest.size());
    RequestTarget parts{rest.substr(0, question), rest.substr(std::min(question + 1, rest.size()))};
    if (parts.path.empty() && !target.empty()) parts.path = "/";
    return parts;
}

}  // namespace carillon
