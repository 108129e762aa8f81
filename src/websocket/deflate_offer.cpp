#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "carillon/base/parse_integer.hpp"
#include "carillon/websocket/deflate.hpp"
#include "deflate_window.hpp"
#include "field_text.hpp"

namespace carillon {
namespace {

struct Parameter {
    std::string_view name;
    std::optional<std::string_view> value;
};

/// `name`, `name=value` or `name="value"`.
Parameter parse_parameter(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return {trim(text), std::nullopt};
    std::string_view value = trim(text.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return {trim(text.substr(0, equals)), value};
}

/// Base 2 logarithm of a window's size: 8 to 15, without leading zeros.
std::optional<int> parse_window(std::string_view text) {
    const auto bits = parse_integer<int>(text);
    if (!bits || text.front() == '0' || *bits < 8 || *bits > 15) return std::nullopt;
    return bits;
}

/// One offer of permessage-deflate.
class Offer {
public:
    /// False if the offer is to be declined.
    bool take(const Parameter& parameter) {
        const auto known = std::ranges::find(names, parameter.name);
        if (known == names.end()) return false;
        bool& seen = seen_[static_cast<std::size_t>(known - names.begin())];
        if (std::exchange(seen, true)) return false;
        if (parameter.name.ends_with("_no_context_takeover")) return !parameter.value;
        const bool by_client = parameter.name.starts_with("client");
        if (!parameter.value) return by_client;
        const auto window = parse_window(*parameter.value);
        if (!window) return false;
        if (by_client) return true;
        server_window_ = parameter.value;
        return *window >= deflate_window_bits;
    }

    [[nodiscard]] std::string answer() const {
        std::string text{name};
        text.append("; server_no_context_takeover; client_no_context_takeover");
        if (server_window_) text.append("; server_max_window_bits=").append(*server_window_);
        return text;
    }

    static constexpr std::string_view name = "permessage-deflate";

private:
    static constexpr std::array<std::string_view, 4> names = {
        "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
        "client_max_window_bits"};

    std::array<bool, names.size()> seen_{};
    std::optional<std::string_view> server_window_;
};

}  // namespace

std::string accept_ws_deflate(std::string_view offers) {
    while (!offers.empty()) {
        std::string_view parameters = take_until(offers, ',');
        if (trim(take_until(parameters, ';')) != Offer::name) continue;
        Offer offer;
        bool acceptable = true;
        while (acceptable && !parameters.empty()) {
            acceptable = offer.take(parse_parameter(take_until(parameters, ';')));
        }
        if (acceptable) return offer.answer();
    }
    return {};
}

}  // namespace carillon
