#pragma once

#include <cstddef>
#include <deque>

#include "carillon/base/ids.hpp"

namespace carillon {

/// A value per app, by the app's index. References stay valid for the life of this. Pure.
template <class Value>
class PerApp {
public:
    /// Created on the first access.
    [[nodiscard]] Value& operator[](AppIndex app) {
        const auto index = static_cast<std::size_t>(app);
        if (index >= values_.size()) values_.resize(index + 1);
        return values_[index];
    }

    [[nodiscard]] auto begin() noexcept { return values_.begin(); }
    [[nodiscard]] auto end() noexcept { return values_.end(); }
    [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
    [[nodiscard]] auto end() const noexcept { return values_.end(); }

private:
    std::deque<Value> values_;
};

}  // namespace carillon
