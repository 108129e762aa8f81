#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::test {

/// What Redis answered, kept.
struct Reply {
    std::string text;  ///< numbers in decimal; "" of nil and of a list
    std::vector<Reply> items{};
    bool is_nil = false;
    bool is_error = false;

    /// One that is nil if there is none.
    [[nodiscard]] const Reply& operator[](std::size_t i) const;
    [[nodiscard]] std::vector<std::string> texts() const;
    /// Of a list of names and values by turns.
    [[nodiscard]] std::map<std::string, std::string> pairs() const;
};

/// What the tests of commands and scripts run on: a real redis-server in cluster_test, its twin in
/// memory in sim_test.
class ScriptServer {
public:
    virtual ~ScriptServer() = default;

    virtual Reply command(const std::vector<std::string>& words) = 0;
    /// Until the server's clock is `ms` further, at least.
    virtual void pass(std::uint64_t ms) = 0;
    virtual void subscribe(const std::string& channel) = 0;
    /// The next `count` messages of the channels subscribed to, in their order.
    [[nodiscard]] virtual std::vector<std::string> take_messages(std::size_t count) = 0;

    [[nodiscard]] std::uint64_t now_ms();

    /// An empty one. The program that is linked decides which.
    [[nodiscard]] static std::unique_ptr<ScriptServer> make();
};

}  // namespace carillon::test
