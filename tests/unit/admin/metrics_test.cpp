#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "carillon/admin/node_source.hpp"
#include "carillon/metrics/describes_each_member.hpp"

namespace carillon {
namespace {

struct Declared {
    Metric metric;
    std::vector<std::string_view> labels;
};

template <class Metrics>
void add_declared(std::vector<Declared>& all, const std::vector<std::string_view>& labels);

template <class Metrics, class Part>
void add_declared(std::vector<Declared>& all, const std::vector<std::string_view>& labels,
                  Part Metrics::*) {
    if constexpr (requires { typename Part::value_type; }) {
        add_declared<typename Part::value_type>(all, labels);
    } else {
        add_declared<Part>(all, labels);
    }
}

template <class Metrics, class Value>
void add_declared(std::vector<Declared>& all, std::vector<std::string_view> labels,
                  Value Metrics::*, const Metric& metric) {
    std::ranges::copy_if(metric.labels, std::back_inserter(labels),
                         [](std::string_view label) { return !label.empty(); });
    all.push_back({metric, labels});
}

template <class Metrics>
void add_declared(std::vector<Declared>& all, const std::vector<std::string_view>& labels) {
    Metrics::describe(
        [&](auto member, const auto&... metric) { add_declared(all, labels, member, metric...); });
}

std::vector<Declared> all_declared() {
    std::vector<Declared> all;
    all.push_back({info_metric, {info_metric.labels.begin(), info_metric.labels.end()}});
    add_declared<ProcessMetrics>(all, {});
    add_declared<ShardSnapshot>(all, {});
    add_declared<WebhookMetrics>(all, {webhook_labels.begin(), webhook_labels.end()});
    return all;
}

/// As docs/metrics.md lists it.
std::string row(const Declared& declared) {
    const auto type = [&] {
        switch (declared.metric.type) {
            case Metric::Type::counter:
                return "counter";
            case Metric::Type::gauge:
                return "gauge";
            case Metric::Type::histogram:
                return "histogram";
        }
        return "";
    }();
    std::string labels;
    for (const std::string_view label : declared.labels) {
        labels += fmt::format("{}`{}`", labels.empty() ? "" : ", ", label);
    }
    return fmt::format("| `{}` | {} | {} | {} |\n", declared.metric.name, type, labels,
                       declared.metric.help);
}

TEST(Metrics, AreInTheDocumentationAsTheyAreDeclared) {
    std::ifstream file(DOCUMENT);
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    std::size_t rows = 0;
    for (auto at = document.find("| `carillon_"); at != document.npos;
         at = document.find("| `carillon_", at + 1)) {
        ++rows;
    }
    const std::vector<Declared> all = all_declared();
    EXPECT_EQ(rows, all.size());
    for (const Declared& declared : all) {
        EXPECT_NE(document.find('\n' + row(declared)), document.npos)
            << "docs/metrics.md should have the row\n"
            << row(declared);
    }
}

TEST(Metrics, HaveNamesThatPrometheusExpects) {
    for (const auto& [metric, labels] : all_declared()) {
        EXPECT_TRUE(metric.name.starts_with("carillon_")) << metric.name;
        EXPECT_EQ(metric.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), metric.name.npos)
            << metric.name;
        EXPECT_EQ(metric.name.ends_with("_total"), metric.type == Metric::Type::counter)
            << metric.name;
        EXPECT_TRUE(metric.help.ends_with('.')) << metric.name;
    }
}

struct Complete {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& metric) {
        metric(&Complete::first, counter("first_total", "First."));
        metric(&Complete::second, counter("second_total", "Second."));
    }
};

struct OneMissing {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& metric) {
        metric(&OneMissing::first, counter("first_total", "First."));
    }
};

struct OneTwice {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& metric) {
        metric(&OneTwice::first, counter("first_total", "First."));
        metric(&OneTwice::first, counter("second_total", "Second."));
    }
};

TEST(Metrics, AreDeclaredOnceForEachMember) {
    EXPECT_TRUE(describes_each_member<Complete>());
    EXPECT_FALSE(describes_each_member<OneMissing>());
    EXPECT_FALSE(describes_each_member<OneTwice>());
}

}  // namespace
}  // namespace carillon
