#pragma once

#include <hiredis/hiredis.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace carillon {

/// Bytes of a Redis server in, replies out (RESP2).
class RedisParser {
public:
    /// Limits of one reply; beyond them it is a protocol error. Elements are counted over all
    /// arrays of a reply: hiredis allocates them when the server announces them.
    static constexpr std::size_t reply_bytes_max = std::size_t{64} << 20U;
    static constexpr std::size_t reply_elements_max = std::size_t{4} << 20U;

    struct FreeReply {
        void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
    };
    using Reply = std::unique_ptr<redisReply, FreeReply>;

    RedisParser();
    RedisParser(const RedisParser&) = delete;  // The reader refers to it.
    RedisParser& operator=(const RedisParser&) = delete;

    void feed(std::string_view bytes) noexcept;

    /// The next whole reply; null if more bytes are needed, or there is a `problem`.
    [[nodiscard]] Reply next() noexcept;

    /// What is wrong with the bytes, for good; "" if nothing is.
    [[nodiscard]] std::string_view problem() const noexcept;

private:
    struct FreeReader {
        void operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }
    };
    static void* create_array(const redisReadTask* task, int elements);

    std::unique_ptr<redisReader, FreeReader> reader_;
    redisReplyObjectFunctions functions_;  ///< the reader's own, but for arrays
    void* (*default_create_array_)(const redisReadTask*, int) = nullptr;
    std::size_t elements_left_ = reply_elements_max;
    std::size_t unfinished_bytes_ = 0;  // Those of the reply that is not whole yet.
};

}  // namespace carillon
