#pragma once

#include <hiredis/hiredis.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace carillon {

/// A reply of Redis, as hiredis has parsed it. A view: valid during the call that passes it.
class RedisReply {
public:
    explicit RedisReply(const redisReply* reply) noexcept : reply_(reply) {}

    [[nodiscard]] bool is_error() const noexcept { return reply_->type == REDIS_REPLY_ERROR; }
    [[nodiscard]] bool is_nil() const noexcept { return reply_->type == REDIS_REPLY_NIL; }
    [[nodiscard]] bool is_integer() const noexcept { return reply_->type == REDIS_REPLY_INTEGER; }
    [[nodiscard]] bool is_text() const noexcept {
        return reply_->type == REDIS_REPLY_STRING || reply_->type == REDIS_REPLY_STATUS;
    }
    [[nodiscard]] bool is_array() const noexcept { return reply_->type == REDIS_REPLY_ARRAY; }

    /// The text of a string, a status or an error; "" of anything else.
    [[nodiscard]] std::string_view text() const noexcept {
        return reply_->str == nullptr ? std::string_view{}
                                      : std::string_view{reply_->str, reply_->len};
    }
    /// 0 if it is none.
    [[nodiscard]] std::int64_t integer() const noexcept {
        return is_integer() ? reply_->integer : 0;
    }
    /// Elements of an array; 0 of anything else.
    [[nodiscard]] std::size_t size() const noexcept { return is_array() ? reply_->elements : 0; }
    /// Nil beyond the end.
    [[nodiscard]] RedisReply operator[](std::size_t i) const noexcept {
        return RedisReply{i < size() ? reply_->element[i] : &nil};
    }

private:
    static constexpr redisReply nil{REDIS_REPLY_NIL, 0, 0, nullptr, 0, nullptr};

    const redisReply* reply_;
};

}  // namespace carillon
