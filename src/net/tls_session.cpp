#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "carillon/net/tls.hpp"

namespace carillon {

/// OpenSSL's access to the shard's buffers: it reads received bytes, and appends bytes to send.
struct TlsScratchBio {
    static TlsScratch& scratch(BIO* bio) { return *static_cast<TlsScratch*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* out, int size) {
        std::span<const char>& in = scratch(bio).in_;
        BIO_clear_retry_flags(bio);
        if (in.empty()) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const std::size_t taken = std::min(in.size(), static_cast<std::size_t>(size));
        std::memcpy(out, in.data(), taken);
        in = in.subspan(taken);
        return static_cast<int>(taken);
    }

    static int write(BIO* bio, const char* bytes, int size) {
        scratch(bio).out_.append(bytes, static_cast<std::size_t>(size));
        return size;
    }

    static long control(BIO*, int command, long, void*) {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static const BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* const fresh =
                BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "scratch");
            if (fresh == nullptr) throw std::bad_alloc();
            BIO_meth_set_read(fresh, read);
            BIO_meth_set_write(fresh, write);
            BIO_meth_set_ctrl(fresh, control);
            return fresh;
        }();
        return made;
    }
};

TlsScratch::TlsScratch() : bio_(BIO_new(TlsScratchBio::method())) {
    if (bio_ == nullptr) throw std::bad_alloc();
    BIO_set_data(bio_, this);
    BIO_set_init(bio_, 1);
}

TlsScratch::~TlsScratch() {
    BIO_free(bio_);
}

TlsSession::TlsSession(const TlsContext& context, TlsScratch& scratch)
    : ssl_(SSL_new(context.native())), scratch_(&scratch) {
    if (ssl_ == nullptr) throw std::bad_alloc();
    move_to(scratch);
    SSL_set_accept_state(ssl_);
}

TlsSession::~TlsSession() {
    SSL_free(ssl_);
}

void TlsSession::move_to(TlsScratch& scratch) {
    scratch_ = &scratch;
    BIO_up_ref(scratch.bio_);
    SSL_set_bio(ssl_, scratch.bio_, scratch.bio_);
}

void TlsSession::receive(std::span<const char> ciphertext) noexcept {
    scratch_->in_ = ciphertext;
}

TlsSession::Progress TlsSession::read(std::span<char>& plaintext) {
    ERR_clear_error();
    const int size =
        SSL_read(ssl_, scratch_->plain_.data(), static_cast<int>(scratch_->plain_.size()));
    if (size > 0) {
        plaintext = {scratch_->plain_.data(), static_cast<std::size_t>(size)};
        return Progress::bytes;
    }
    switch (SSL_get_error(ssl_, size)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return Progress::need_more;
        case SSL_ERROR_ZERO_RETURN:
            return Progress::ended;
        default:
            ended_ = true;  // A broken connection gets no close_notify.
            scratch_->in_ = {};
            return Progress::failed;
    }
}

void TlsSession::take_output(OutboundQueue& wire) {
    if (scratch_->out_.empty()) return;
    wire.push(Frame::copy_of(scratch_->out_));
    scratch_->out_.clear();
}

bool TlsSession::established() const noexcept {
    return SSL_is_init_finished(ssl_) == 1;
}

bool TlsSession::encrypt(OutboundQueue& wire, std::size_t wire_bytes_max) {
    if (!established() || ended_) return true;
    while (!plain_.empty() && wire.bytes() < wire_bytes_max) {
        const std::size_t size = fill_record();
        ERR_clear_error();
        // TlsScratchBio accepts everything, so this fails only if the connection is broken.
        const bool done = SSL_write(ssl_, scratch_->plain_.data(), static_cast<int>(size)) > 0;
        take_output(wire);
        if (!done) return false;
    }
    return true;
}

std::size_t TlsSession::fill_record() noexcept {
    std::array<iovec, 64> vectors;
    const std::size_t count = plain_.gather(vectors).vectors;
    std::size_t size = 0;
    for (std::size_t i = 0; i < count && size < scratch_->plain_.size(); ++i) {
        const std::size_t piece = std::min(vectors[i].iov_len, scratch_->plain_.size() - size);
        std::memcpy(scratch_->plain_.data() + size, vectors[i].iov_base, piece);
        size += piece;
    }
    plain_.consume(size);
    return size;
}

void TlsSession::end(OutboundQueue& wire) {
    if (std::exchange(ended_, true) || !established()) return;
    ERR_clear_error();
    static_cast<void>(SSL_shutdown(ssl_));
    take_output(wire);
}

}  // namespace carillon
