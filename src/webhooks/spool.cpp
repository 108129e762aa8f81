#include "spool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "file_io.hpp"

namespace carillon {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::string_view suffix = ".jsonl";

[[noreturn]] void fail(const fs::path& path, const char* what) {
    throw std::runtime_error(fmt::format("webhooks.spool_directory: cannot {} {}: {}", what,
                                         path.string(), std::strerror(errno)));
}

std::string line_of(const SpooledDeparture& departure) {
    ordered_json line = {{"app", departure.app}, {"departure", name_of(departure.kind)}};
    if (!departure.channel.empty()) line["channel"] = departure.channel;
    if (!departure.user_id.empty()) line["user_id"] = departure.user_id;
    return line.dump() + '\n';
}

std::optional<SpooledDeparture> departure_of(std::string_view line) {
    const auto tree = ordered_json::parse(line, nullptr, false);
    if (!tree.is_object() || !tree.contains("departure")) return std::nullopt;
    for (const auto& member : tree) {
        if (!member.is_string()) return std::nullopt;
    }
    const auto kind = webhook_kind(tree["departure"].get<std::string>());
    if (!kind) return std::nullopt;
    return SpooledDeparture{tree.value("app", ""), *kind, tree.value("channel", ""),
                            tree.value("user_id", "")};
}

std::shared_ptr<SpoolFile> read_file(const fs::path& path, Spool::Contents& contents) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail(path, "read");
    auto origin = std::make_shared<SpoolFile>(path);
    std::size_t line_number = 0;
    for (std::string line; std::getline(file, line);) {
        ++line_number;
        if (auto departure = departure_of(line)) {
            contents.departures.push_back(std::move(*departure));
        } else if (auto stored = StoredDelivery::parse(line)) {
            for (QueuedEvent& event : stored->events) event.spool = origin;
            contents.deliveries.push_back(std::move(*stored));
        } else {
            spdlog::error("{}: line {} is ignored: not a webhook", path.string(), line_number);
        }
    }
    if (file.bad()) fail(path, "read");
    return origin;
}

bool write_lines(int file, const Spool::Contents& contents) {
    const auto put = [file](const std::string& line) { return write_all(file, line); };
    return std::ranges::all_of(contents.deliveries, put, &StoredDelivery::json_line) &&
           std::ranges::all_of(contents.departures, put, line_of) && ::fsync(file) == 0;
}

}  // namespace

Spool::Contents Spool::read() const {
    Contents contents;
    if (::access(directory_.c_str(), R_OK | W_OK | X_OK) != 0) fail(directory_, "use");
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == suffix) files.push_back(entry->path());
    }
    std::ranges::sort(files);  // Their names begin with the time.
    std::vector<std::shared_ptr<SpoolFile>> origins;
    for (const fs::path& file : files) origins.push_back(read_file(file, contents));
    for (const auto& origin : origins) origin->release();  // Only once all could be read.
    return contents;
}

void Spool::write(const Contents& contents) const {
    if (contents.deliveries.empty() && contents.departures.empty()) return;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto name =
        fmt::format("{:020}", std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    const fs::path unfinished = directory_ / (name + ".part");
    const OwnedDescriptor file(
        ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.get() < 0) fail(unfinished, "write");
    const fs::path finished = directory_ / (name + std::string(suffix));
    if (write_lines(file.get(), contents) && ::rename(unfinished.c_str(), finished.c_str()) == 0)
        return;
    const int why = errno;
    ::unlink(unfinished.c_str());
    errno = why;
    fail(finished, "write");
}

}  // namespace carillon
