#include "delivery_ledger.hpp"

#include <algorithm>

namespace carillon::bench {

DeliveryLedger::DeliveryLedger(std::size_t subscriptions, std::size_t publishers)
    : publishers_(publishers), next_(subscriptions * publishers) {}

DeliveryLedger::Arrival DeliveryLedger::record_odd(std::size_t lane, std::uint32_t sequence) {
    if (sequence < next_[lane]) return fill(lane, sequence) ? Arrival::late : Arrival::duplicate;
    open_hole(lane, {next_[lane], sequence});
    next_[lane] = sequence + 1;
    return Arrival::in_order;
}

void DeliveryLedger::open_hole(std::size_t lane, Hole hole) {
    if (holes_ == holes_max) {
        ++forgotten_;
        given_up_[lane] += hole.end - hole.begin;
        return;
    }
    open_[lane].push_back(hole);
    ++holes_;
}

bool DeliveryLedger::fill(std::size_t lane, std::uint32_t sequence) {
    const auto found = open_.find(lane);
    if (found == open_.end()) return false;
    std::vector<Hole>& holes = found->second;
    const auto hole = std::ranges::upper_bound(holes, sequence, {}, &Hole::end);
    if (hole == holes.end() || sequence < hole->begin) return false;
    const Hole after{sequence + 1, hole->end};
    hole->end = sequence;
    if (hole->begin == hole->end) {
        *hole = after;
        if (after.begin != after.end) return true;
        holes.erase(hole);
        --holes_;
    } else if (after.begin != after.end) {
        holes.insert(hole + 1, after);
        ++holes_;
    }
    return true;
}

std::uint64_t DeliveryLedger::lost(std::size_t subscription, std::size_t publisher,
                                   std::uint32_t published,
                                   std::span<const std::uint32_t> unsure) const {
    const std::size_t lane = subscription * publishers_ + publisher;
    std::uint64_t sum = 0;
    const auto add = [&](std::uint32_t begin, std::uint32_t end) {
        end = std::min(end, published);
        if (begin >= end) return;
        const auto excused =
            std::ranges::lower_bound(unsure, end) - std::ranges::lower_bound(unsure, begin);
        sum += end - begin - static_cast<std::uint64_t>(excused);
    };
    if (const auto holes = open_.find(lane); holes != open_.end()) {
        for (const Hole& hole : holes->second) add(hole.begin, hole.end);
    }
    if (const auto given_up = given_up_.find(lane); given_up != given_up_.end()) {
        sum += given_up->second;
    }
    add(next_[lane], published);
    return sum;
}

}  // namespace carillon::bench
