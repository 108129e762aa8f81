#include "carillon/channels/subscription_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "carillon/channels/edge_channels.hpp"

namespace carillon {
namespace {

TEST(SubscriptionSet, FindsWhatItHoldsWhetherScannedOrIndexed) {
    std::vector<EdgeChannel> channels(200);
    SubscriptionSet set;
    std::set<std::size_t> held;
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
        const std::size_t at = random() % channels.size();
        // Long phases of growing and of shrinking cross the border between both forms.
        if ((i / 2000) % 2 == 0 ? held.insert(at).second : false) {
            Subscription subscription;
            subscription.channel = &channels[at];
            subscription.join_id = at;
            set.add(std::move(subscription));
        } else if ((i / 2000) % 2 == 1) {
            held.erase(at);
            set.remove(&channels[at]);
        }
        ASSERT_EQ(set.size(), held.size());
        const std::size_t probe = random() % channels.size();
        const Subscription* const found = set.find(&channels[probe]);
        ASSERT_EQ(found != nullptr, held.contains(probe));
        ASSERT_TRUE(found == nullptr || found->join_id == probe);
    }
}

}  // namespace
}  // namespace carillon
