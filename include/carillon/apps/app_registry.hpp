#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/base/hash.hpp"

namespace carillon {

/// All apps of one configuration, by id and by key. Immutable: a reload makes another one for every
/// shard. Ids and keys are unique; the configuration has checked that.
class AppRegistry {
public:
    /// Apps whose id was in `previous`, or in one before it, keep their index and usage, so that
    /// the shards' state stays valid.
    AppRegistry(std::vector<App> apps, const AppRegistry* previous);

    [[nodiscard]] std::shared_ptr<const App> find_by_id(std::string_view id) const;
    [[nodiscard]] std::shared_ptr<const App> find_by_key(std::string_view key) const;
    [[nodiscard]] const std::vector<std::shared_ptr<const App>>& apps() const noexcept {
        return apps_;
    }

private:
    using ByName = boost::unordered_flat_map<std::string, std::shared_ptr<const App>, StringHash,
                                             std::equal_to<>>;
    std::vector<std::shared_ptr<const App>> apps_;
    ByName by_id_;
    ByName by_key_;
    std::shared_ptr<NodeUsage> node_;
    struct KnownApp {
        AppIndex index;
        std::shared_ptr<AppUsage> usage;
    };
    boost::unordered_flat_map<std::string, KnownApp, StringHash, std::equal_to<>> known_;
};

}  // namespace carillon
