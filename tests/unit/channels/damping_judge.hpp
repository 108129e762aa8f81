#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "model.hpp"

namespace carillon::test {

/// The rules for what may be held back, checked on what each client is told: members and counts
/// follow from the client's list of members without a contradiction, rarely enough, at once if
/// nothing changed shortly before, and end at the model's truth. Source: wire.md 2.6, 2.8.
class DampingJudge {
public:
    explicit DampingJudge(const Model& model) : model_(model) {}

    /// The client receives the frame, of which this is the essence. Returns what is wrong with it.
    [[nodiscard]] std::string receive(int client, const std::string& channel,
                                      const Model::Json& frame, TimePoint now);
    /// Compares with the truth what each client knows after all messages have been delivered.
    [[nodiscard]] std::string check(TimePoint now) const;
    void forget(int client, const std::string& channel) { views_.erase({client, channel}); }
    void forget(int client);

private:
    struct View {
        std::map<std::string, Model::Json> members;
        std::optional<std::size_t> count;
        std::map<std::string, TimePoint> told;  ///< by event and user
    };

    View* find(int client, const std::string& channel);

    const Model& model_;
    std::map<std::pair<int, std::string>, View> views_;
};

}  // namespace carillon::test
