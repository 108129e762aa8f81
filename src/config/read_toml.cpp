#include "read_toml.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "carillon/base/parse_integer.hpp"

namespace carillon {
namespace {

using nlohmann::json;

constexpr std::string_view blanks = " \t\r";

class TomlReader {
public:
    explicit TomlReader(std::string_view text) : rest_(text) {}

    std::variant<json, std::size_t> run() {
        table_ = &root_;
        while (!rest_.empty()) {
            skip_lines();
            if (rest_.empty()) break;
            if (!(rest_.front() == '[' ? read_header() : read_pair()) || !at_line_end())
                return line_;
        }
        return std::move(root_);
    }

private:
    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    }

    void skip_comment() {
        skip_blanks();
        if (rest_.starts_with('#')) rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    }

    void skip_lines() {
        for (skip_comment(); rest_.starts_with('\n'); skip_comment()) {
            rest_.remove_prefix(1);
            ++line_;
        }
    }

    bool at_line_end() {
        skip_comment();
        return rest_.empty() || rest_.front() == '\n';
    }

    bool take(char c) {
        skip_blanks();
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// `a."b c".d`
    std::optional<std::vector<std::string>> read_keys() {
        std::vector<std::string> keys;
        do {
            skip_blanks();
            if (rest_.starts_with('"') || rest_.starts_with('\'')) {
                auto key = read_string();
                if (!key) return std::nullopt;
                keys.push_back(std::move(*key));
                continue;
            }
            const auto end = std::min(rest_.find_first_of(" \t\r\n=.[]#\"'"), rest_.size());
            if (end == 0) return std::nullopt;
            keys.emplace_back(rest_.substr(0, end));
            rest_.remove_prefix(end);
        } while (take('.'));
        return keys;
    }

    /// The table at `key` in `parent`, made if need be; of an array of tables the last.
    static json* descend(json& parent, const std::string& key) {
        json& child = parent.emplace(key, json::object()).first.value();
        json* table = child.is_array() && !child.empty() ? &child.back() : &child;
        return table->is_object() ? table : nullptr;
    }

    bool read_header() {
        rest_.remove_prefix(1);
        const bool is_array = take('[');
        const auto keys = read_keys();
        if (!keys || !take(']') || (is_array && !take(']'))) return false;
        table_ = &root_;
        for (std::size_t i = 0; i + (is_array ? 1 : 0) < keys->size(); ++i) {
            table_ = descend(*table_, (*keys)[i]);
            if (table_ == nullptr) return false;
        }
        if (!is_array) return true;
        json& array = table_->emplace(keys->back(), json::array()).first.value();
        if (!array.is_array()) return false;
        table_ = &array.emplace_back(json::object());
        return true;
    }

    bool read_pair() {
        const auto keys = read_keys();
        if (!keys || !take('=')) return false;
        json* table = table_;
        for (std::size_t i = 0; i + 1 < keys->size(); ++i) {
            table = descend(*table, (*keys)[i]);
            if (table == nullptr) return false;
        }
        auto value = read_value();
        return value && table->emplace(keys->back(), std::move(*value)).second;
    }

    std::optional<json> read_value() {
        skip_blanks();
        if (rest_.starts_with('[')) return read_array();
        if (rest_.starts_with('"') || rest_.starts_with('\'')) {
            auto text = read_string();
            return text ? std::optional<json>(std::move(*text)) : std::nullopt;
        }
        const auto end = std::min(rest_.find_first_of(" \t\r\n,]#"), rest_.size());
        std::string word(rest_.substr(0, end));
        rest_.remove_prefix(end);
        if (word == "true" || word == "false") return word == "true";
        std::erase(word, '_');
        if (const auto number = parse_integer<std::int64_t>(word)) return *number;
        json number = json::parse(word, nullptr, false);  // A fraction.
        return number.is_number() ? std::optional<json>(std::move(number)) : std::nullopt;
    }

    std::optional<json> read_array() {
        json array = json::array();
        rest_.remove_prefix(1);
        for (;;) {
            skip_lines();
            if (take(']')) return array;
            auto value = read_value();
            if (!value) return std::nullopt;
            array.push_back(std::move(*value));
            skip_lines();
            if (!take(',') && !rest_.starts_with(']')) return std::nullopt;
        }
    }

    std::optional<std::string> read_string() {
        const char quote = rest_.front();
        if (rest_.starts_with(std::string(3, quote))) return std::nullopt;
        std::size_t end = 1;
        while (end < rest_.size() && rest_[end] != quote && rest_[end] != '\n') {
            end += quote == '"' && rest_[end] == '\\' ? 2 : 1;
        }
        if (end >= rest_.size() || rest_[end] != quote) return std::nullopt;
        const std::string_view quoted = rest_.substr(0, end + 1);
        rest_.remove_prefix(end + 1);
        if (quote == '\'') return std::string(quoted.substr(1, quoted.size() - 2));
        // The escapes are those of JSON, but for \e and \U, which are rare.
        const json text = json::parse(quoted, nullptr, false);
        return text.is_string() ? std::optional(text.get<std::string>()) : std::nullopt;
    }

    std::string_view rest_;
    std::size_t line_ = 1;
    json root_ = json::object();
    json* table_ = nullptr;
};

}  // namespace

std::variant<json, std::size_t> read_toml(std::string_view text) {
    return TomlReader{text}.run();
}

}  // namespace carillon
