#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "carillon/config/schema.hpp"
#include "setting_types.hpp"

namespace carillon {

/// Calls `each(Setting, member)` for every setting that `Options::describe` declares.
template <class Options, class Each>
class SettingVisitor {
public:
    explicit SettingVisitor(Each& each) : each_(each) {}

    template <class Number>
    void operator()(const char* name, Number Options::*member, std::int64_t min, std::int64_t max,
                    const char* description) const {
        static_assert(setting_kind<Number> == SettingKind::number);
        visit(name, member, description, {.min = min, .max = max});
    }

    void operator()(const char* name, std::string Options::*member,
                    const std::vector<std::string>& choices, const char* description) const {
        visit(name, member, description, {.choices = choices});
    }

    void operator()(const char* name, WebhookKinds Options::*member,
                    const char* description) const {
        visit(name, member, description,
              {.choices = {webhook_kind_names.begin(), webhook_kind_names.end()}});
    }

    template <class Value>
    void operator()(const char* name, Value Options::*member, const char* description) const {
        static_assert(setting_kind<Value> != SettingKind::number, "a number has bounds");
        visit(name, member, description, {});
    }

private:
    template <class Value>
    void visit(const char* name, Value Options::*member, const char* description,
               Setting setting) const {
        setting.name = name;
        setting.kind = setting_kind<Value>;
        setting.description = description;
        setting.default_value = default_json(Options{}.*member).dump();
        each_(std::as_const(setting), member);
    }

    Each& each_;
};

template <class Options, class Each>
void for_each_setting(Each each) {
    Options::describe(SettingVisitor<Options, Each>{each});
}

}  // namespace carillon
