#include "nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace carillon {
namespace {

/// Levenshtein distance: insertions, deletions and replacements of one character.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

}  // namespace

const std::string& nearest(std::string_view wrong, const std::vector<std::string>& names) {
    const auto edits = [wrong](const std::string& name) { return edits_between(wrong, name); };
    return *std::ranges::min_element(names, {}, edits);
}

std::string suggestion(std::string_view wrong, const std::vector<std::string>& names) {
    const std::string& near = nearest(wrong, names);
    if (edits_between(wrong, near) <= std::max<std::size_t>(2, wrong.size() / 3)) {
        return fmt::format("did you mean {}?", near);
    }
    return fmt::format("known are {}", fmt::join(names, ", "));
}

}  // namespace carillon
