#pragma once

#include <tuple>
#include <utility>

namespace carillon {

template <class Part, class... Arguments>
concept HandlesMessage = requires(Part& part, Arguments&&... arguments) {
    part.on(std::forward<Arguments>(arguments)...);
};

/// Calls `part.on(arguments…)` of the one part that handles the message among them. The compiler
/// chooses; it refuses a message that no part handles, or more than one.
template <class... Parts, class... Arguments>
void dispatch(std::tuple<Parts&...> parts, Arguments&&... arguments) {
    static_assert((int{HandlesMessage<Parts, Arguments...>} + ...) == 1,
                  "exactly one part has to handle this message");
    const auto offer = [&](auto& part) {
        if constexpr (HandlesMessage<decltype(part), Arguments...>) {
            part.on(std::forward<Arguments>(arguments)...);
        }
    };
    std::apply([&](auto&... each) { (offer(each), ...); }, parts);
}

}  // namespace carillon
