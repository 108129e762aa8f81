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
    void operator()(const char* name, Number Options::*member, std::int64_t min, std::int64_t max,
                    const char* description) const {
        visit(name, member, description, {.kind = SettingKind::number, .min = min, .max = max});
    }

    void operator()(const char* name, bool Options::*member, const char* description) const {
        visit(name, member, description, {.kind = SettingKind::boolean});
    }

    void operator()(const char* name, std::string Options::*member, const char* description) const {
        visit(name, member, description, {.kind = SettingKind::string});
    }

    void operator()(const char* name, std::string Options::*member,
                    const std::vector<std::string>& choices, const char* description) const {
        visit(name, member, description, {.kind = SettingKind::string, .choices = choices});
    }

    void operator()(const char* name, std::vector<std::string> Options::*member,
                    const char* description) const {
        visit(name, member, description, {.kind = SettingKind::strings});
    }

private:
    template <class Value>
    void visit(const char* name, Value Options::*member, const char* description,
               Setting setting) const {
        setting.name = name;
        setting.description = description;
        setting.default_value = nlohmann::json(Options{}.*member).dump();
        each_(std::as_const(setting), member);
    }

    Each& each_;
};

template <class Options, class Each>
void for_each_setting(Each each) {
    Options::describe(SettingVisitor<Options, Each>{each});
}

}  // namespace carillon
