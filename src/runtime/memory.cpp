#include "carillon/runtime/memory.hpp"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

namespace carillon {

std::size_t resident_bytes() {
    std::size_t all_pages = 0;
    std::size_t resident_pages = 0;
    std::ifstream("/proc/self/statm") >> all_pages >> resident_pages;
    return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void return_free_memory() noexcept {
    ::malloc_trim(0);
}

}  // namespace carillon
