#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace carillon::test {

/// The shortest part of `operations` that is found which still `fails`: takes away halves, quarters
/// and so on down to single ones, as long as that helps.
template <class Operation>
std::vector<Operation> shrink(std::vector<Operation> operations,
                              const std::function<bool(const std::vector<Operation>&)>& fails) {
    for (std::size_t chunk = operations.size(); chunk > 0;) {
        bool helped = false;
        for (std::size_t at = 0; at < operations.size();) {
            std::vector<Operation> fewer = operations;
            const std::size_t end = std::min(at + chunk, fewer.size());
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at),
                        fewer.begin() + static_cast<std::ptrdiff_t>(end));
            if (fails(fewer)) {
                operations = std::move(fewer);
                helped = true;
            } else {
                at += chunk;
            }
        }
        if (!helped || chunk > 1) chunk = chunk == 1 && helped ? 1 : chunk / 2;
    }
    return operations;
}

}  // namespace carillon::test
