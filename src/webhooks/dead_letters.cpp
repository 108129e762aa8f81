#include "dead_letters.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "file_io.hpp"

namespace carillon {

namespace {

int open_to_append(const std::string& file) {
    constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
    return ::open(file.c_str(), flags, S_IRUSR | S_IWUSR);
}

bool is_at(const std::string& path, const struct stat& file) {
    struct stat there {};
    return ::stat(path.c_str(), &there) == 0 && there.st_dev == file.st_dev &&
           there.st_ino == file.st_ino;
}

}  // namespace

void DeadLetters::check() const {
    if (file_.empty()) return;
    const OwnedDescriptor file(open_to_append(file_));
    if (file.get() >= 0) return;
    throw std::runtime_error("webhooks.dead_letter_file: cannot write " + file_ + ": " +
                             std::strerror(errno));
}

bool DeadLetters::store(const StoredDelivery& delivery) {
    if (file_.empty()) return false;
    if (!append(delivery.json_line())) return false;
    failing_ = false;
    return true;
}

bool DeadLetters::append(const std::string& line) {
    for (;;) {
        const OwnedDescriptor file(open_to_append(file_));
        struct stat status {};
        if (file.get() < 0 || ::flock(file.get(), LOCK_EX) != 0 ||
            ::fstat(file.get(), &status) != 0) {
            return report_failure(std::strerror(errno));
        }
        if (!is_at(file_, status)) continue;  // A replay has just renamed it.
        if (static_cast<std::size_t>(status.st_size) + line.size() > bytes_max_) {
            return report_failure(
                "it has reached webhooks.max_dead_letter_bytes; replay or remove it");
        }
        if (write_all(file.get(), line)) return true;
        std::string why = std::strerror(errno);
        // A partial line would make the next one unreadable.
        if (::ftruncate(file.get(), status.st_size) != 0) why += "; its last line is incomplete";
        return report_failure(why);
    }
}

bool DeadLetters::report_failure(const std::string& why) {
    if (!std::exchange(failing_, true)) {
        spdlog::error("cannot store webhooks in the dead-letter file {}, they are lost: {}", file_,
                      why);
    }
    return false;
}

}  // namespace carillon
