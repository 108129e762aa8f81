#include "carillon/auth/query.hpp"

#include <algorithm>

#include "carillon/base/percent.hpp"

namespace carillon {

Result<Query> Query::parse(std::string_view text) {
    Query query;
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(piece.size() + 1, text.size()));
        if (piece.empty()) continue;
        if (query.parameters_.size() == parameters_max) {
            return Error{Errc::bad_request, "Too many query parameters: at most 100 are allowed"};
        }
        const std::string_view name = piece.substr(0, piece.find('='));
        const std::string_view value = piece.substr(std::min(name.size() + 1, piece.size()));
        query.parameters_.push_back({percent_decode(name), percent_decode(value), value});
    }
    return query;
}

std::optional<std::string_view> Query::find(std::string_view name) const noexcept {
    for (const Parameter& parameter : parameters_) {
        if (parameter.name == name) return parameter.value;
    }
    return std::nullopt;
}

std::vector<std::string_view> Query::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Parameter& parameter : parameters_) {
        if (parameter.name == name) values.push_back(parameter.value);
    }
    return values;
}

}  // namespace carillon
