#include "carillon/base/frame.hpp"

#include <cstring>
#include <new>

namespace carillon {

Frame Frame::allocate(std::size_t size, std::span<char>& bytes) {
    void* memory = ::operator new(sizeof(Block) + size);
    auto* block = new (memory) Block{0, static_cast<std::uint32_t>(size)};
    bytes = {reinterpret_cast<char*>(block + 1), size};
    return Frame{block};
}

Frame Frame::copy_of(std::string_view bytes) {
    std::span<char> buffer;
    Frame frame = allocate(bytes.size(), buffer);
    std::memcpy(buffer.data(), bytes.data(), bytes.size());
    return frame;
}

std::string_view Frame::bytes() const noexcept {
    if (!block_) return {};
    return {reinterpret_cast<const char*>(block_.get() + 1), block_->size};
}

void Frame::Block::destroy(Block* block) noexcept {
    ::operator delete(block);
}

}  // namespace carillon
