#pragma once

#include <vector>

namespace carillon::bench {

/// What several measurements of the same thing came to.
struct Spread {
    double median = 0;
    double lowest = 0;
    double highest = 0;
};

/// All zero for no values. Of an even number the median is the mean of the two in the middle.
[[nodiscard]] Spread spread_of(std::vector<double> values);

}  // namespace carillon::bench
