#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace carillon::bench {

/// A number that a process and its children see alike.
class SharedCount {
public:
    SharedCount() {
        void* const memory = ::mmap(nullptr, sizeof *value_, PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc{};
        value_ = new (memory) std::atomic<std::uint64_t>(0);
    }
    ~SharedCount() { ::munmap(value_, sizeof *value_); }
    SharedCount(const SharedCount&) = delete;
    SharedCount& operator=(const SharedCount&) = delete;

    void increment() noexcept { value_->fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const noexcept {
        return value_->load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t>* value_;
};

}  // namespace carillon::bench
