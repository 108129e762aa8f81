#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/result.hpp"

namespace carillon {

/// The query of a URL, as signatures need it: every parameter, in order, decoded and as received.
/// Source: wire.md 5.2.
class Query {
public:
    static constexpr std::size_t parameters_max = 100;

    struct Parameter {
        std::string name;            ///< percent-decoded
        std::string value;           ///< percent-decoded; empty if there was no "="
        std::string_view raw_value;  ///< as received
    };

    Query() = default;

    /// `text`: the part after "?"; must outlive the query. Split on "&", then at the first "=";
    /// empty parameters are skipped. Fails with bad_request if there are more than
    /// `parameters_max`.
    [[nodiscard]] static Result<Query> parse(std::string_view text);

    /// The decoded value of the first parameter with that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    /// The decoded values of all parameters with that name, in order.
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;

    [[nodiscard]] std::span<const Parameter> parameters() const noexcept { return parameters_; }

private:
    std::vector<Parameter> parameters_;
};

}  // namespace carillon
