#include "single_node_home.hpp"

#include "home_contract.hpp"

namespace carillon::test {
namespace {

class SingleNodeHomeWorld final : public HomeWorld, private WebhookQueue {
public:
    explicit SingleNodeHomeWorld(const std::shared_ptr<const App>& app) {
        events_.set_apps({&app, 1});
    }

    Home& home() override { return home_; }
    [[nodiscard]] TimePoint now() const override { return now_; }
    void settle() override { home_.end_turn(); }
    void pass(Duration time) override {
        now_ += time;
        home_.advance();
        events_.advance();
    }

private:
    void push(WebhookEvent event) override { webhooks.push_back(std::move(event)); }

    TimePoint now_{std::chrono::hours(1)};
    ShardMetrics metrics_;
    WebhookEvents events_{*this, [this] { return now_; }};
    SingleNodeHome home_{[this](ShardId edge, EdgeNotice&& notice) {
                             notices.emplace_back(edge, std::move(notice));
                         },
                         [this] { return now_; }, metrics_, events_};
};

HomeKind single_node() {
    return {"SingleNodeHome", [](const std::shared_ptr<const App>& app) {
                return std::make_unique<SingleNodeHomeWorld>(app);
            }};
}

INSTANTIATE_TEST_SUITE_P(SingleNode, HomeContract, ::testing::Values(single_node()));

}  // namespace
}  // namespace carillon::test
