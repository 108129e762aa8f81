#pragma once

#include <concepts>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "carillon/config/schema.hpp"

namespace carillon {

/// Calls `each(Setting, member)` for every setting that `Options::describe` declares.
template <class Options, class Each>
class SettingVisitor {
public:
    explicit SettingVisitor(Each& each) : each_(each) {}

    template <std::unsigned_integral Number>
    void operator()(const char* name, Number Options::*member, std::int64_t least,
                    std::int64_t most, const char* meaning) const {
        visit(name, member, meaning, {.kind = SettingKind::number, .least = least, .most = most});
    }

    void operator()(const char* name, bool Options::*member, const char* meaning) const {
        visit(name, member, meaning, {.kind = SettingKind::boolean});
    }

    void operator()(const char* name, std::string Options::*member, const char* meaning) const {
        visit(name, member, meaning, {.kind = SettingKind::text});
    }

    void operator()(const char* name, std::string Options::*member,
                    const std::vector<std::string>& choices, const char* meaning) const {
        visit(name, member, meaning, {.kind = SettingKind::text, .choices = choices});
    }

    void operator()(const char* name, std::vector<std::string> Options::*member,
                    const char* meaning) const {
        visit(name, member, meaning, {.kind = SettingKind::texts});
    }

private:
    template <class Value>
    void visit(const char* name, Value Options::*member, const char* meaning,
               Setting setting) const {
        setting.name = name;
        setting.meaning = meaning;
        setting.initial = nlohmann::json(Options{}.*member).dump();
        each_(std::as_const(setting), member);
    }

    Each& each_;
};

template <class Options, class Each>
void each_setting(Each each) {
    Options::describe(SettingVisitor<Options, Each>{each});
}

}  // namespace carillon
