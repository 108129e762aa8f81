#pragma once

#include <compare>
#include <utility>

namespace carillon {

/// A value of type `Rep` as a type of its own, so that values which must not be confused cannot be.
template <class Tag, class Rep>
class Strong {
public:
    Strong() = default;
    explicit Strong(Rep value) : value_(std::move(value)) {}

    [[nodiscard]] const Rep& get() const noexcept { return value_; }

    friend auto operator<=>(const Strong&, const Strong&) = default;
    friend bool operator==(const Strong&, const Strong&) = default;

private:
    Rep value_{};
};

}  // namespace carillon
