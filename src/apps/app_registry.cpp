#include "carillon/apps/app_registry.hpp"

namespace carillon {
namespace {

template <class Map>
std::shared_ptr<const App> find_in(const Map& map, std::string_view name) {
    const auto found = map.find(name);
    return found == map.end() ? nullptr : found->second;
}

}  // namespace

AppRegistry::AppRegistry(std::vector<App> apps, const AppRegistry* previous) {
    if (previous != nullptr) known_ = previous->known_;
    node_ = previous != nullptr ? previous->node_ : std::make_shared<NodeUsage>();
    for (App& app : apps) {
        const auto next = static_cast<AppIndex>(known_.size());
        const auto [known, is_new] = known_.try_emplace(app.id.get(), KnownApp{next, nullptr});
        if (is_new) known->second.usage = std::make_shared<AppUsage>(node_);
        app.index = known->second.index;
        app.usage = known->second.usage;
        const auto shared = std::make_shared<const App>(std::move(app));
        apps_.push_back(shared);
        by_id_.emplace(shared->id.get(), shared);
        for (const Credential& credential : shared->credentials) {
            by_key_.emplace(credential.key, shared);
        }
    }
}

std::shared_ptr<const App> AppRegistry::find_by_id(std::string_view id) const {
    return find_in(by_id_, id);
}

std::shared_ptr<const App> AppRegistry::find_by_key(std::string_view key) const {
    return find_in(by_key_, key);
}

}  // namespace carillon
