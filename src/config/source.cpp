#include "source.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace carillon {

void Source::report(std::string_view key, std::string_view why) const {
    problems_->lines.push_back(key.empty() ? fmt::format("{}: {}", name_, why)
                                           : fmt::format("{} in {}: {}", key, name_, why));
}

std::optional<std::string> Source::read_file(const std::filesystem::path& path) const {
    std::ifstream file(path, std::ios::binary);
    std::string text;
    std::array<char, 4096> part{};
    while (file.read(part.data(), part.size()) || file.gcount() > 0) {
        text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.is_open() && !file.bad()) return text;
    report("", fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
    return std::nullopt;
}

}  // namespace carillon
