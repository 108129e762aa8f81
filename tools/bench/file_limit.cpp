#include "file_limit.hpp"

#include <sys/resource.h>

namespace carillon::bench {

std::uint64_t raise_file_limit() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    return files.rlim_max;
}

}  // namespace carillon::bench
