#pragma once

#include <compare>
#include <utility>

namespace carillon {

/// A value of type `Rep` that mixes with no other: two strings that must not be swapped are two
/// types.
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
