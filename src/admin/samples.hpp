#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/metrics/describes_each_member.hpp"
#include "carillon/metrics/latency_histogram.hpp"
#include "carillon/metrics/metric.hpp"

namespace carillon {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// Reads the values of a struct of metrics: calls `out.begin(metric)` for each metric, and then
/// `out.sample(labels, value)` for its value, or for each value of its map. The type of a value is
/// std::uint64_t, double (seconds) or LatencyHistogram.
template <class Out>
class SampleReader {
public:
    /// `labels`: those that all samples have, before their own.
    explicit SampleReader(Out& out, Labels labels = {}) : out_(out), labels_(std::move(labels)) {}

    template <class Metrics>
    void read(const Metrics& metrics) const {
        static_assert(describes_each_member<Metrics>(), "a member is not declared, or twice");
        Metrics::describe([&](auto member, const auto&... metric) {
            if constexpr (sizeof...(metric) == 0) {
                read(metrics.*member);
            } else {
                (out_.begin(metric), ...);
                (read(metric, metrics.*member), ...);
            }
        });
    }
    template <class Metrics>
    void read(const std::optional<Metrics>& metrics) const {
        if (metrics) read(*metrics);
    }

private:
    template <class Value>
    void read(const Metric&, const Value& value) const {
        out_.sample(labels_, plain(value));
    }
    template <class Key, class Value>
    void read(const Metric& metric, const std::map<Key, Value>& values) const {
        for (const auto& [key, value] : values) {
            Labels labels = labels_;
            add(labels, metric.labels, key);
            out_.sample(labels, plain(value));
        }
    }

    template <class Key>
    static void add(Labels& labels, const std::array<std::string_view, 2>& names, const Key& key) {
        labels.emplace_back(names[0], text(key));
    }
    template <class First, class Second>
    static void add(Labels& labels, const std::array<std::string_view, 2>& names,
                    const std::pair<First, Second>& key) {
        labels.emplace_back(names[0], text(key.first));
        labels.emplace_back(names[1], text(key.second));
    }

    static std::string text(int code) { return std::to_string(code); }
    static std::string text(std::string_view name) { return std::string(name); }

    static const LatencyHistogram& plain(const LatencyHistogram& histogram) { return histogram; }
    static double plain(Duration duration) {
        return std::chrono::duration<double>(duration).count();
    }
    template <class Number>
    requires std::is_integral_v<Number> || std::is_enum_v<Number>
    static std::uint64_t plain(Number number) { return static_cast<std::uint64_t>(number); }

    Out& out_;
    Labels labels_;
};

}  // namespace carillon
