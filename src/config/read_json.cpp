#include "read_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace carillon {
namespace {

using nlohmann::json;

/// Builds the value. The library's own builder silently keeps the last of two equal keys.
class Builder final : public nlohmann::json_sax<json> {
public:
    explicit Builder(std::string_view text) : text_(text) {}

    json value;
    std::vector<std::string> problems;

    bool null() override { return put(nullptr); }
    bool boolean(bool given) override { return put(given); }
    bool number_integer(number_integer_t given) override { return put(given); }
    bool number_unsigned(number_unsigned_t given) override { return put(given); }
    bool number_float(number_float_t given, const string_t&) override { return put(given); }
    bool string(string_t& given) override { return put(std::move(given)); }
    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override { return open(json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        key_ = name;
        if (open_.back()->contains(name)) {
            problems.push_back(
                fmt::format("duplicate key \"{}\"; a key may appear once per object", name));
        }
        return true;
    }

    /// `position` counts the characters read, the offending one included. The library's message is
    /// not used: it quotes what it read last, which may be a secret.
    bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
        const auto before = text_.substr(0, position == 0 ? 0 : position - 1);
        const auto line = 1 + std::ranges::count(before, '\n');
        const auto column = before.size() - before.rfind('\n');  // Without a line end: from -1.
        problems.push_back(fmt::format("invalid JSON at line {}, column {}", line, column));
        return false;
    }

private:
    json* add(json given) {
        if (open_.empty()) return &(value = std::move(given));
        json& parent = *open_.back();
        if (parent.is_object()) return &(parent[key_] = std::move(given));
        parent.push_back(std::move(given));
        return &parent.back();
    }

    bool put(json given) {
        add(std::move(given));
        return true;
    }

    bool open(json container) {
        open_.push_back(add(std::move(container)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    std::vector<json*> open_;  // Stays valid: only the innermost container grows.
    std::string key_;
};

}  // namespace

std::optional<json> read_json(std::string_view text, std::string_view key, const Source& source) {
    Builder builder(text);
    json::sax_parse(text, &builder, json::input_format_t::json, true, true);
    for (const std::string& problem : builder.problems) source.report(key, problem);
    if (!builder.problems.empty()) return std::nullopt;
    return std::move(builder.value);
}

}  // namespace carillon
