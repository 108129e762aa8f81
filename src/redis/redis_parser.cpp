#include "redis_parser.hpp"

#include <new>

namespace carillon {

RedisParser::RedisParser() : reader_(redisReaderCreate()) {
    if (reader_ == nullptr) throw std::bad_alloc();
    functions_ = *reader_->fn;
    default_create_array_ = functions_.createArray;
    functions_.createArray = &create_array;
    reader_->fn = &functions_;
    reader_->privdata = this;
    // An empty buffer larger than this is given back; one that a few reads have filled is kept.
    reader_->maxbuf = std::size_t{256} << 10U;
}

/// hiredis allocates what an array announces before anything of it has come.
void* RedisParser::create_array(const redisReadTask* task, int elements) {
    auto& parser = *static_cast<RedisParser*>(task->privdata);
    const auto wanted = static_cast<std::size_t>(elements < 0 ? 0 : elements);
    if (wanted > parser.elements_left_) return nullptr;  // The reader takes it for no memory.
    parser.elements_left_ -= wanted;
    return parser.default_create_array_(task, elements);
}

void RedisParser::feed(std::string_view bytes) noexcept {
    unfinished_bytes_ += bytes.size();
    redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

RedisParser::Reply RedisParser::next() noexcept {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) return nullptr;
    if (reply != nullptr) {
        unfinished_bytes_ = reader_->len - reader_->pos;
        elements_left_ = reply_elements_max;
    }
    return Reply(static_cast<redisReply*>(reply));
}

std::string_view RedisParser::problem() const noexcept {
    if (reader_->err != 0) return reader_->errstr;
    return unfinished_bytes_ > reply_bytes_max ? "the reply is too large" : "";
}

}  // namespace carillon
