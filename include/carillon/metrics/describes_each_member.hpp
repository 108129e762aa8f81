#pragma once

#include <boost/pfr/tuple_size.hpp>
#include <cstddef>
#include <type_traits>

namespace carillon {

/// Whether `Metrics::describe` has each member of the struct once. Readers of a struct of metrics
/// assert it, so that a member without a declaration does not compile.
template <class Metrics>
consteval bool describes_each_member() {
    std::size_t described = 0;
    std::size_t equal = 0;
    Metrics::describe([&]<class One>(One one, const auto&...) {
        ++described;
        Metrics::describe([&]<class Other>(Other other, const auto&...) {
            if constexpr (std::is_same_v<One, Other>) {
                if (one == other) ++equal;
            }
        });
    });
    return described == boost::pfr::tuple_size_v<Metrics> && equal == described;
}

}  // namespace carillon
