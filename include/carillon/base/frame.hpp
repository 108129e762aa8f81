#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace carillon {

/// An encoded message: encoded once, then shared by reference. One allocation holds the reference
/// count and the bytes. The count is not atomic: a frame is created, shared and destroyed on one
/// shard.
class Frame {
public:
    Frame() = default;

    /// A frame of `size` bytes that the caller writes through `bytes` before sharing it.
    [[nodiscard]] static Frame allocate(std::size_t size, std::span<char>& bytes);
    [[nodiscard]] static Frame copy_of(std::string_view bytes);

    [[nodiscard]] std::string_view bytes() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return block_ ? block_->size : 0; }
    [[nodiscard]] explicit operator bool() const noexcept { return block_ != nullptr; }

private:
    struct Block {
        std::uint32_t references;
        std::uint32_t size;

        static void destroy(Block* block) noexcept;

        friend void intrusive_ptr_add_ref(Block* block) noexcept { ++block->references; }
        friend void intrusive_ptr_release(Block* block) noexcept {
            if (--block->references == 0) destroy(block);
        }
    };

    explicit Frame(Block* block) : block_(block) {}

    boost::intrusive_ptr<Block> block_;
};

}  // namespace carillon
