#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

#include "carillon/admin/reports.hpp"
#include "samples.hpp"
#include "sum.hpp"

namespace carillon {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricType prometheus_type_of(Metric::Type type) {
    switch (type) {
        case Metric::Type::counter:
            return MetricType::Counter;
        case Metric::Type::gauge:
            return MetricType::Gauge;
        case Metric::Type::histogram:
            return MetricType::Histogram;
    }
    return MetricType::Untyped;
}

ClientMetric labelled(const Labels& labels) {
    ClientMetric metric;
    for (const auto& [name, value] : labels) metric.label.push_back({std::string(name), value});
    return metric;
}

/// Each metric is a family, in which the samples of all webhook endpoints are together.
class Families {
public:
    void begin(const Metric& metric) {
        const auto [place, is_new] = places_.try_emplace(metric.name, families_.size());
        if (is_new) {
            families_.push_back({std::string(metric.name),
                                 std::string(metric.help),
                                 prometheus_type_of(metric.type),
                                 {}});
        }
        family_ = place->second;
    }

    void sample(const Labels& labels, double value) {
        ClientMetric metric = labelled(labels);
        MetricFamily& family = families_[family_];
        (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
        family.metric.push_back(std::move(metric));
    }
    void sample(const Labels& labels, std::uint64_t value) {
        sample(labels, static_cast<double>(value));
    }
    void sample(const Labels& labels, const LatencyHistogram& latencies) {
        ClientMetric metric = labelled(labels);
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < latencies.counts().size(); ++i) {
            below += latencies.counts()[i];
            const double bound = i < LatencyHistogram::bounds.size()
                                     ? LatencyHistogram::bounds[i]
                                     : std::numeric_limits<double>::infinity();
            metric.histogram.bucket.push_back({below, bound});
        }
        metric.histogram.sample_count = below;
        metric.histogram.sample_sum = latencies.sum();
        families_[family_].metric.push_back(std::move(metric));
    }

    [[nodiscard]] std::string text() const {
        return prometheus::TextSerializer().Serialize(families_);
    }

private:
    std::vector<MetricFamily> families_;
    std::map<std::string_view, std::size_t> places_;  ///< in `families_`, by name
    std::size_t family_ = 0;
};

}  // namespace

std::string prometheus_text(const ProcessInfo& process_info, const NodeSnapshot& snapshot) {
    Families out;
    out.begin(info_metric);
    out.sample({{info_metric.labels[0], process_info.version},
                {info_metric.labels[1], process_info.flusher}},
               1.0);
    SampleReader(out).read(process_info.metrics);
    SampleReader(out).read(sum(snapshot.shards));
    for (const auto& [key, endpoint] : snapshot.webhooks) {
        SampleReader(out, {{webhook_labels[0], key.first}, {webhook_labels[1], key.second}})
            .read(endpoint);
    }
    return out.text();
}

}  // namespace carillon
