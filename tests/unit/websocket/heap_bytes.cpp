#include "heap_bytes.hpp"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {
std::size_t held = 0;
}

std::size_t carillon::test::heap_bytes() noexcept {
    return held;
}

void* operator new(std::size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) std::abort();
    held += malloc_usable_size(memory);
    return memory;
}

void operator delete(void* memory) noexcept {
    held -= malloc_usable_size(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}

// The sanitizers bring a pair of their own for this one, which would then not match ours.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return operator new(size);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    operator delete(memory);
}
