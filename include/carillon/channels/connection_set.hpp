#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <vector>

namespace carillon {

class Connection;

/// Connections of one shard, iterated in an order that depends on the calls alone: messages leave
/// in the same order in each run, which an order by addresses would not give. A few connections are
/// scanned, many are indexed, so no set makes its changes expensive. Does not own the connections.
class ConnectionSet {
public:
    /// Appends it; no effect if it is in the set.
    void insert(Connection* connection);
    /// Replaces it by the last one; no effect if it is not in the set.
    void erase(Connection* connection);

    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return all_.begin(); }
    [[nodiscard]] auto end() const noexcept { return all_.end(); }

private:
    static constexpr std::size_t scanned_max = 32;
    using Index = boost::unordered_flat_map<const Connection*, std::size_t>;  // Never iterated.

    /// all_.size() if it is not in the set.
    [[nodiscard]] std::size_t index_of(const Connection* connection) const;

    std::vector<Connection*> all_;
    std::unique_ptr<Index> index_;  ///< only above `scanned_max`
};

}  // namespace carillon
