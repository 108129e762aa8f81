#pragma once

#include <nlohmann/json.hpp>

#include "spread.hpp"

namespace carillon::bench {

[[nodiscard]] inline nlohmann::ordered_json to_json(const Spread& spread) {
    return {{"median", spread.median}, {"lowest", spread.lowest}, {"highest", spread.highest}};
}

}  // namespace carillon::bench
