#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/result.hpp"

namespace carillon {

/// The query of a URL, as signing needs it: every parameter, in order, with the value as it was
/// sent. Source: wire.md 5.2.
class Query {
public:
    static constexpr std::size_t parameters_max = 100;

    struct Parameter {
        std::string name;            ///< percent-decoded
        std::string value;           ///< percent-decoded; empty if there was no "="
        std::string_view raw_value;  ///< as sent
    };

    Query() = default;

    /// `text`: what follows "?", which must outlive the query. Split on "&", then at the first "=";
    /// empty pieces are skipped. Fails with bad_request if there are more than `parameters_max`.
    [[nodiscard]] static Result<Query> parse(std::string_view text);

    /// Value of the first parameter of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    /// Values of all parameters of that name, in order.
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;

    [[nodiscard]] std::span<const Parameter> parameters() const noexcept { return parameters_; }

private:
    std::vector<Parameter> parameters_;
};

}  // namespace carillon
