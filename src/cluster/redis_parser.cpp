#include "redis_parser.hpp"

#include <new>

namespace carillon {

RedisParser::RedisParser() : reader_(redisReaderCreate()) {
    if (reader_ == nullptr) throw std::bad_alloc();
    // An empty buffer larger than this is given back; one that a few reads have filled is kept.
    reader_->maxbuf = std::size_t{256} << 10U;
}

void RedisParser::feed(std::string_view bytes) noexcept {
    unfinished_bytes_ += bytes.size();
    redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

RedisParser::Reply RedisParser::next() noexcept {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) return nullptr;
    if (reply != nullptr) unfinished_bytes_ = reader_->len - reader_->pos;
    return Reply(static_cast<redisReply*>(reply));
}

std::string_view RedisParser::problem() const noexcept {
    if (reader_->err != 0) return reader_->errstr;
    return unfinished_bytes_ > reply_bytes_max ? "the reply is too large" : "";
}

}  // namespace carillon
