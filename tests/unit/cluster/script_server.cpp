#include "script_server.hpp"

namespace carillon::test {

const Reply& Reply::operator[](std::size_t i) const {
    static const Reply nil{"", {}, true, false};
    return i < items.size() ? items[i] : nil;
}

std::vector<std::string> Reply::texts() const {
    std::vector<std::string> texts;
    for (const Reply& item : items) texts.push_back(item.text);
    return texts;
}

std::map<std::string, std::string> Reply::pairs() const {
    std::map<std::string, std::string> pairs;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) pairs[items[i].text] = items[i + 1].text;
    return pairs;
}

std::uint64_t ScriptServer::now_ms() {
    const Reply time = command({"TIME"});
    return std::stoull(time[0].text) * 1000 + std::stoull(time[1].text) / 1000;
}

}  // namespace carillon::test
